import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseCameraInfoYaml } from '../../src/calibration/camera-info.js';
import type { CameraModel } from '../../src/calibration/camera-model.js';
import { encodeJpeg } from '../../src/codec/image-codec.js';
import { makeBoard } from '../../tools/calibrate/board/board.js';
import { whyMissing } from '../capture/tools.js';
import { boardPoseAt, photographBoards, printBoard } from '../support/board-pictures.js';
import { MjpegCamera } from '../support/mjpeg-camera.js';
import {
  launchBrowser,
  openPage,
  seriousFaults,
  startLooking,
  temporaryDir,
  unreachedControls,
  whyNoBrowser,
  widerThanPhonePx,
} from './browser.js';

const camera: CameraModel = {
  kind: 'plumb_bob',
  widthPx: 320,
  heightPx: 240,
  fxPx: 270,
  fyPx: 271,
  cxPx: 157.4,
  cyPx: 121.2,
  distortion: [-0.2, 0.04, 0.001, -0.0005, 0],
};
const board = makeBoard({ kind: 'chessboard', cols: 9, rows: 6, squareM: 0.02 });
/** Metres from the axis and along it, and turns about x and y, radians. */
const poses = (
  [
    [0, 0, 0.24, 0, 0],
    [-0.05, -0.045, 0.25, 0, 0.45],
    [0.05, -0.045, 0.25, 0, -0.45],
    [-0.05, 0.045, 0.25, 0.45, 0],
    [0.05, 0.045, 0.25, -0.45, 0],
    [-0.055, -0.05, 0.26, 0.35, 0.35],
    [0.055, 0.05, 0.26, 0.35, -0.35],
    [-0.055, 0.05, 0.26, -0.4, 0.3],
    [0.055, -0.05, 0.26, -0.4, -0.3],
    [0, 0, 0.21, 0.5, 0],
    [0, 0, 0.22, 0, -0.6],
    [0, 0, 0.22, 0, 0.6],
    [0, 0, 0.35, -0.6, 0.2],
    [0, 0, 0.3, 0.65, 0.3],
  ] as const
).map(([x, y, z, tiltX, tiltY]) => boardPoseAt(board, [x, y, z], tiltX, tiltY));
const args = (url: string) => [
  'calibrate',
  url,
  '--view',
  '--port',
  '0',
  '--board',
  '9x6',
  '--square',
  '0.02',
];

const missing = whyNoBrowser ?? whyMissing('ffmpeg');

describe.skipIf(missing !== undefined)(`calibrating live on the page ${missing ?? ''}`, () => {
  const { dir, remove } = temporaryDir();
  let browser: Browser;
  let source: MjpegCamera;
  let page: Page;
  let faults: string[];
  let looking: Awaited<ReturnType<typeof startLooking>>;
  const [out, html] = [join(dir, 'front.yaml'), join(dir, 'report.html')];
  beforeAll(async () => {
    const wall = await encodeJpeg(photographBoards(camera, []), 95);
    [browser, source] = await Promise.all([launchBrowser(), MjpegCamera.start(wall)]);
    looking = await startLooking([...args(source.url), '--out', out, '--html', html]);
    ({ page, faults } = await openPage(browser, looking.url));
  });
  afterAll(async () => {
    await browser.close();
    await looking.stop();
    await source.close();
    remove();
    expect(faults).toEqual([]);
  });

  test('says that it sees no board; nothing serious for axe, Tab comes everywhere, and it fits a phone', async () => {
    await page.getByText('No 9x6 chessboard found').waitFor();
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await seriousFaults(page)).toEqual([]);
    }
    expect(await unreachedControls(page)).toEqual([]);
    expect(await widerThanPhonePx(page)).toBe(0);
    await page.setViewportSize({ width: 1200, height: 900 });
    const finish = page.getByRole('button', { name: 'Calibrate with what there is' });
    expect(await finish.isDisabled()).toBe(true);
  });

  test('takes a picture of each new view by itself, says what is missing, and stops when it knows the camera', async () => {
    const print = printBoard(board);
    const taken = () => Number(/.* (\d+) pictures taken/.exec(label)?.[1] ?? 0);
    let label = '';
    for (const [index, pose] of poses.entries()) {
      source.picture = await encodeJpeg(photographBoards(camera, [{ print, pose }]), 95);
      await expect
        .poll(async () => {
          label = (await page.locator('.picture canvas').getAttribute('aria-label')) ?? '';
          return taken() > index || (await page.getByText(/^Calibrat(ing|ed) with/).isVisible());
        })
        .toBe(true);
      if (index === 0) {
        expect(label).toBe('Picture: 54 points of the 9x6 chessboard found, 1 pictures taken');
        await page.locator('li.met', { hasText: 'facing the camera' }).waitFor();
        await page.locator('li', { hasText: 'left side nearer, still missing' }).waitFor();
        // The same view again is not taken.
        await page.getByText(/^(Show it|Tilt it)/).waitFor();
      }
      if (taken() <= index || (await page.getByText(/^Calibrated with/).isVisible())) break;
    }
    await page.getByText(/^Calibrated with \d+ pictures$/).waitFor();
    expect(await page.locator('li.met').count()).toBe(5);
    expect(await page.locator('pre').textContent()).toContain(`wrote ${out}`);
    expect(await looking.ended).toBe(0);
    const found = parseCameraInfoYaml(readFileSync(out, 'utf8'), out);
    expect(Math.abs(found.fxPx / camera.fxPx - 1)).toBeLessThan(0.005);
    expect(readFileSync(html, 'utf8')).toContain('<h2>Before and after</h2>');
  });

  test('ended by Ctrl-C it writes nothing and ends with code 130', async () => {
    const other = join(dir, 'other.yaml');
    const second = await startLooking([...args(source.url), '--out', other]);
    expect(await second.stop()).toBe(130);
    expect(second.said()).toContain('nothing was written');
    expect(existsSync(other)).toBe(false);
  });
});
