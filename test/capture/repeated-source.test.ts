import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openSource } from '../../src/capture/open-source.js';
import { decodeImage } from '../../src/codec/image-codec.js';
import { frameBytes } from '../../src/frame/frame.js';
import { isSourceEnd, type SourceFrame } from '../../src/frame/frame-source.js';
import { buildDrive, driveStepNs, numberedColour } from '../recording/drive-builder.js';
import { checkSource } from './conformance.js';

const drivenFrames = 4;
let dir: string;
let drivePath: string;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'windshield-repeat-'));
  const rateHz = 1e9 / Number(driveStepNs);
  drivePath = await buildDrive(dir, drivenFrames, { rateHz, name: 'drive.mcap' });
});
afterAll(() => rm(dir, { recursive: true }));

const range = (count: number) => Array.from({ length: count }, (_, i) => i);

checkSource('a recording that goes round', {
  open: () => openSource(drivePath, { repeat: { frameCount: 11 } }),
  ids: range(11),
  colourOf: (id) => numberedColour(id % drivenFrames),
});

checkSource('a recording that stops before its end', {
  open: () => openSource(drivePath, { repeat: { frameCount: 3 } }),
  ids: range(3),
  colourOf: (id) => numberedColour(id),
});

checkSource('frames that are kept in memory', {
  open: () => openSource(drivePath, { repeat: { frameCount: 8, keptFrames: 3 } }),
  ids: range(8),
  colourOf: (id) => numberedColour(id % 3),
});

test('times and stamps go on from pass to pass, one step between the last frame and the first', async () => {
  const source = await openSource(drivePath, { repeat: { frameCount: 10 } });
  const pixels = new Uint8Array(frameBytes(source.info.layout));
  const frames: SourceFrame[] = [];
  for (;;) {
    const result = await source.read(pixels);
    if (isSourceEnd(result)) break;
    frames.push(result);
  }
  await source.close();
  expect(frames).toHaveLength(10);
  for (const { id, sourceTimeNs, stampNs } of frames) {
    expect(sourceTimeNs).toBe(BigInt(id) * driveStepNs);
    expect(stampNs - frames[0]!.stampNs).toBe(sourceTimeNs);
  }
});

test('what a frame is as JPEG goes round with it, also from memory', async () => {
  for (const keptFrames of [undefined, 3]) {
    const repeat = { frameCount: 6, ...(keptFrames && { keptFrames }) };
    const source = await openSource(drivePath, { keepsCoded: 'if-free', repeat });
    const pixels = new Uint8Array(frameBytes(source.info.layout));
    for (let i = 0; i < 6; i++) {
      const frame = (await source.read(pixels)) as SourceFrame;
      const { data } = await decodeImage(frame.coded!);
      const colour = numberedColour(i % (keptFrames ?? drivenFrames));
      for (const [channel, value] of colour.entries())
        expect(Math.abs(data[channel]! - value)).toBeLessThan(4);
    }
    await source.close();
  }
});
