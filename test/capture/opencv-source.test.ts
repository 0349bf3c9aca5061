import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import Module, { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openSource } from '../../src/capture/open-source.js';

const dir = mkdtempSync(join(tmpdir(), 'windshield-opencv-'));
const { NODE_PATH } = process.env;
const name = '@u4/opencv4nodejs';
const isBuilt = createRequire(import.meta.url)
  .resolve.paths(name)!
  .some((folder) => existsSync(join(folder, name)));
const findModules = () => (Module as unknown as { _initPaths(): void })._initPaths();

/** The part of OpenCV that a source uses, where Node finds it: the real one is built by hand, on few machines. */
beforeAll(() => {
  const folder = join(dir, name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, 'index.js'),
    `exports.VideoCapture = class {
      constructor(place) { this.place = place; }
      get() { return 25; }
      release() {}
      async readAsync() { return { empty: this.place.includes('nowhere'), cols: 4, rows: 2 }; }
    };`,
  );
  process.env['NODE_PATH'] = dir;
  findModules();
});
afterAll(() => {
  if (NODE_PATH === undefined) delete process.env['NODE_PATH'];
  else process.env['NODE_PATH'] = NODE_PATH;
  findModules();
  rmSync(dir, { recursive: true });
});

test("the name of OpenCV's source and its errors have the password masked", async ({ skip }) => {
  skip(isBuilt, 'the real OpenCV is there, which would look for the camera');
  const source = await openSource('opencv:rtsp://user:word@camera/front');
  expect(source.info.name).toBe('opencv:rtsp://***@camera/front');
  await source.close();
  await expect(openSource('opencv:rtsp://user:word@nowhere/front')).rejects.toMatchObject({
    code: 'ERR_SOURCE_FORMAT',
    message: 'cannot read opencv:rtsp://***@nowhere/front: no frame',
  });
});
