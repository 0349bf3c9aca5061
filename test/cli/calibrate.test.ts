import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseCameraInfoYaml } from '../../src/calibration/camera-info.js';
import type { CameraModel } from '../../src/calibration/camera-model.js';
import { encodePng } from '../../src/codec/image-codec.js';
import { makeBoard } from '../../tools/calibrate/board/board.js';
import { boardPose, photographBoards, printBoard } from '../support/board-pictures.js';
import { windshield } from '../support/command-line.js';

const camera: CameraModel = {
  kind: 'plumb_bob',
  widthPx: 480,
  heightPx: 360,
  fxPx: 400,
  fyPx: 402,
  cxPx: 236.3,
  cyPx: 182.1,
  distortion: [-0.25, 0.06, 0.001, -0.0005, 0],
};
const poses = [
  boardPose([-0.08, -0.05, 0.3], 0, 0),
  boardPose([-0.06, -0.07, 0.32], 0.5, 0.35, 0.2),
  boardPose([-0.02, -0.09, 0.35], -0.4, 0.3, 0.4),
  boardPose([-0.11, -0.02, 0.4], 0.3, -0.6),
  boardPose([-0.02, -0.01, 0.33], 0.3, -0.5),
  boardPose([-0.12, -0.08, 0.35], -0.5, 0.2),
];
const board = makeBoard({ kind: 'chessboard', cols: 9, rows: 6, squareM: 0.02 });
let dir: string;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'calibrate-'));
  const print = printBoard(board);
  for (const [i, pose] of poses.entries()) {
    const picture = photographBoards(camera, [{ print, pose }]);
    writeFileSync(join(dir, `board-${i}.png`), await encodePng(picture));
  }
  writeFileSync(join(dir, 'wall.png'), await encodePng(photographBoards(camera, [])));
  writeFileSync(join(dir, 'broken.png'), 'no picture');
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe('windshield calibrate', () => {
  it('prints one JSON object, writes the calibration and the page', async () => {
    const [out, html] = [join(dir, 'front.yaml'), join(dir, 'report.html')];
    const run = windshield(
      ['calibrate', dir, '--board', '9x6', '--square', '0.02', '--json'].concat([
        '--model',
        'plumb_bob',
        '--out',
        out,
        '--html',
        html,
      ]),
    );
    const { code, stdout, stderr } = await run.finished;
    expect(stderr).toContain('wall.png: no 9x6 chessboard found');
    expect(code).toBe(0);
    const result = JSON.parse(stdout);
    expect(result.used).toHaveLength(poses.length);
    expect(result.skipped).toEqual([
      { name: 'broken.png', reason: 'cannot be decoded' },
      { name: 'wall.png', reason: 'no 9x6 chessboard found' },
    ]);
    expect(result.rmsPx).toBeLessThan(0.1);
    expect(Math.abs(result.fx / camera.fxPx - 1)).toBeLessThan(0.005);
    const read = parseCameraInfoYaml(readFileSync(out, 'utf8'), out);
    const shown = (value: number) => Number(value.toPrecision(9));
    expect([read.kind, shown(read.fxPx), ...[...read.distortion].map(shown)]).toEqual([
      'plumb_bob',
      result.fx,
      ...result.distortion,
    ]);
    const page = readFileSync(html, 'utf8');
    expect(page).toContain('<h2>Before and after</h2>');
    expect(page).not.toMatch(/(src|href)="(?!data:)/);
  });

  it('of a board that no picture shows ends with code 2 and says what was found', async () => {
    const run = windshield(['calibrate', dir, '--board', '8x6', '--square', '0.02']);
    const { code, stderr } = await run.finished;
    expect(code).toBe(2);
    expect(stderr).toContain('a board of another size: 9x6 corners found, expected 8x6');
    expect(stderr).toContain('expected at least 4 pictures with the whole board, found 0');
  });
});

describe('windshield board', () => {
  it('takes the place of no file that is no board', async () => {
    const out = join(dir, 'notes.pdf');
    writeFileSync(out, 'my notes');
    const flags = ['--board', '9x6', '--square', '0.025', '--out', out];
    expect((await windshield(['board', ...flags]).finished).code).toBe(2);
    expect(readFileSync(out, 'utf8')).toBe('my notes');
    rmSync(out);
    const { code, stdout } = await windshield(['board', ...flags]).finished;
    expect([code, stdout]).toEqual([0, expect.stringContaining('A4 on its side')]);
    expect(readFileSync(out, 'latin1').startsWith('%PDF-1.4')).toBe(true);
  });
});
