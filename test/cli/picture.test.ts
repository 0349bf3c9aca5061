import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { imageSize } from '../../src/codec/image-codec.js';
import { RecordingWriter } from '../../src/recording/recording-writer.js';
import { windshield } from '../support/command-line.js';
import { makeTinyRig, type TinyRig } from '../support/tiny-rig.js';

let rig: TinyRig;
let withPictures: string;
let without: string;

beforeAll(async () => {
  rig = await makeTinyRig(6);
  [withPictures, without] = [join(rig.dir, 'with.mcap'), join(rig.dir, 'without.mcap')];
  const replay = ['replay', rig.drivePath, '-p', rig.pipelinePath, '--lockstep', '--no-publish'];
  await windshield([...replay, '--images', '--out', withPictures]).finished;
  await windshield([...replay, '--out', without]).finished;
});
afterAll(() => rig.remove());

const draw = (...words: string[]) =>
  windshield(['picture', ...words, '--out', join(rig.dir, 'frame.png')]).finished;

test('results that carry pictures need no drive, and the frame is chosen by its number', async () => {
  const { code, stdout } = await draw(withPictures, '--frame', '4');
  expect(code).toBe(0);
  expect(stdout).toContain('frame 4 of ');
  const { widthPx, heightPx } = await imageSize(join(rig.dir, 'frame.png'));
  expect(widthPx).toBe(128);
  // The legend stands below.
  expect(heightPx).toBeGreaterThan(96);
});

test('results without pictures take them from the drive, and say so where it is not named', async () => {
  const refused = await draw(without);
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain('expected --drive, the recording that was replayed');
  const drawn = await draw(without, '--drive', rig.drivePath, '--at', '0.1');
  expect(drawn.code).toBe(0);
  expect(drawn.stdout).toContain('frame 2 of ');
});

test('a frame that is not there is refused with those that are', async () => {
  const { code, stderr } = await draw(withPictures, '--frame', '77');
  expect(code).toBe(2);
  expect(stderr).toContain('expected frame 77, found 6 frames from 0 to 5 (ERR_RECORDING)');
});

test('results of several cameras are refused with their names', async () => {
  const path = join(rig.dir, 'cameras.mcap');
  const writer = await RecordingWriter.create(path);
  for (const camera of ['front', 'rear'])
    await writer.writeEncoded('perception', 1n, new Uint8Array(), `/${camera}/perception`);
  await writer.close();
  const { code, stderr } = await draw(path, '--drive', rig.drivePath);
  expect(code).toBe(2);
  expect(stderr).toContain(`found those of front, rear: name one, such as ${path}#front`);
});
