import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseCameraInfoYaml } from '../../src/calibration/camera-info.js';
import type { CameraModel } from '../../src/calibration/camera-model.js';
import { encodeJpeg } from '../../src/codec/image-codec.js';
import { type Board, makeBoard } from '../../tools/calibrate/board/board.js';
import { OpencvWasm } from '../../tools/calibrate/engine/opencv-wasm.js';
import { whyMissing } from '../capture/tools.js';
import { boardPoseAt, photographBoards, printBoard } from '../support/board-pictures.js';
import { MjpegCamera } from '../support/mjpeg-camera.js';
import { launchBrowser, openPage, startLooking, temporaryDir, whyNoBrowser } from './browser.js';

const camera: CameraModel = {
  kind: 'plumb_bob',
  widthPx: 400,
  heightPx: 300,
  fxPx: 334,
  fyPx: 335,
  cxPx: 196.4,
  cyPx: 151.2,
  distortion: [-0.18, 0.03, 0.001, -0.0005, 0],
};

/** Where a board of some 0.2 m is held: metres from the axis and along it, and turns about x and y, radians. */
const places = [
  [0, 0, 0.3, 0, 0],
  [-0.06, -0.05, 0.3, 0, 0.45],
  [0.06, -0.05, 0.3, 0, -0.45],
  [-0.06, 0.05, 0.3, 0.45, 0],
  [0.06, 0.05, 0.3, -0.45, 0],
  [0, 0, 0.26, 0.5, 0],
  [0, 0, 0.27, 0, -0.6],
  [0, 0, 0.36, 0.65, 0.3],
] as const;

const run = promisify(execFile);
const missing = whyNoBrowser ?? whyMissing('ffmpeg');

describe.skipIf(missing !== undefined)(
  `calibrating live with other boards and from a video ${missing ?? ''}`,
  () => {
    const { dir, remove } = temporaryDir();
    let browser: Browser;
    beforeAll(async () => {
      browser = await launchBrowser();
    });
    afterAll(async () => {
      await browser.close();
      remove();
    });

    const photograph = (board: Board, print: ReturnType<typeof printBoard>, count: number) =>
      places
        .slice(0, count)
        .map(([x, y, z, tiltX, tiltY]) =>
          encodeJpeg(
            photographBoards(camera, [
              { print, pose: boardPoseAt(board, [x, y, z], tiltX, tiltY) },
            ]),
            95,
          ),
        );

    const argsOf = (source: string, { kind, cols, rows, squareM }: Board, out: string) => [
      ...['calibrate', source, '--view', '--port', '0', '--kind', kind],
      ...['--board', `${cols}x${rows}`, '--square', String(squareM), '--out', out],
    ];

    function expectCamera(path: string): void {
      const found = parseCameraInfoYaml(readFileSync(path, 'utf8'), path);
      expect(Math.abs(found.fxPx / camera.fxPx - 1)).toBeLessThan(0.02);
      expect(Math.abs(found.fyPx / camera.fyPx - 1)).toBeLessThan(0.02);
      expect(Math.hypot(found.cxPx - camera.cxPx, found.cyPx - camera.cyPx)).toBeLessThan(4);
    }

    test('takes a ChArUco board that the picture cuts, and knows the camera by it', async () => {
      const board = makeBoard({ kind: 'charuco', cols: 7, rows: 5, squareM: 0.03 });
      const opencv = await OpencvWasm.load();
      const print = printBoard(board, (id) => opencv.markerBits(board.dictionary, id));
      // Nearer than a whole board would fit.
      const cut = boardPoseAt(board, [0.09, 0, 0.2], 0, -0.2);
      const pictures = await Promise.all([
        encodeJpeg(photographBoards(camera, [{ print, pose: cut }]), 95),
        ...photograph(board, print, 5),
      ]);
      const source = await MjpegCamera.start(pictures[0]!);
      const out = join(dir, 'charuco.yaml');
      const looking = await startLooking(argsOf(source.url, board, out));
      try {
        const { page, faults } = await openPage(browser, looking.url);
        let label = '';
        const taken = () => Number(/.* (\d+) pictures taken/.exec(label)?.[1] ?? 0);
        for (const [index, picture] of pictures.entries()) {
          source.picture = picture;
          await expect
            .poll(async () => {
              label = (await page.locator('.picture canvas').getAttribute('aria-label')) ?? '';
              return taken();
            })
            .toBeGreaterThan(index);
          if (index === 0) {
            const [, points] = /^Picture: (\d+) points of the 7x5 charuco/.exec(label) ?? [];
            expect(Number(points)).toBeGreaterThanOrEqual(6);
            expect(Number(points)).toBeLessThan(24);
          }
        }
        await page.getByRole('button', { name: 'Calibrate with what there is' }).click();
        await page.getByText(`Calibrated with ${pictures.length} pictures`).waitFor();
        expect(await looking.ended).toBe(0);
        expectCamera(out);
        expect(faults).toEqual([]);
      } finally {
        await looking.stop();
        await source.close();
      }
    });

    test.each([{ kind: 'asymmetric-circles', cols: 4, rows: 9, squareM: 0.02 }] as const)(
      'looks at a video of a board of $kind in its own time, and shows the camera',
      async (shape) => {
        const board = makeBoard(shape);
        const frames = join(dir, shape.kind);
        mkdirSync(frames);
        // Each view stands still for three tenths of a second.
        for (const [index, jpeg] of (
          await Promise.all(photograph(board, printBoard(board), places.length))
        ).entries())
          for (let i = 0; i < 3; i++)
            writeFileSync(join(frames, `${String(index * 3 + i).padStart(3, '0')}.jpg`), jpeg);
        const video = join(dir, `${shape.kind}.mkv`);
        const input = ['-v', 'error', '-framerate', '10', '-i', join(frames, '%03d.jpg')];
        await run('ffmpeg', [...input, '-c:v', 'copy', video]);
        const out = join(dir, `${shape.kind}.yaml`);
        const looking = await startLooking(argsOf(video, board, out));
        try {
          const { page, faults } = await openPage(browser, looking.url);
          await page.getByText(/^Calibrated with \d+ pictures$/).waitFor();
          expect(await page.locator('pre').textContent()).toContain(`wrote ${out}`);
          expect(await looking.ended).toBe(0);
          expectCamera(out);
          expect(faults).toEqual([]);
        } finally {
          await looking.stop();
        }
      },
    );
  },
);
