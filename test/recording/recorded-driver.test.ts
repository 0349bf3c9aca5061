import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { create, toBinary } from '@bufbuild/protobuf';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { GroundTruthSchema } from '../../src/messages/gen/windshield/v1/perception_pb.js';
import { RecordedDriver } from '../../src/recording/recorded-driver.js';
import { RecordingReader } from '../../src/recording/recording-reader.js';
import { RecordingWriter } from '../../src/recording/recording-writer.js';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'windshield-driver-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

const truthOf = (vehicle: object | undefined) =>
  create(GroundTruthSchema, {
    objects: Array.from({ length: 5 }, () => ({ className: 'car' })),
    segmentation: { widthPx: 2, heightPx: 1, runLengths: [1, 1], runClasses: Uint8Array.of(0, 1) },
    ...(vehicle && { vehicle }),
  });

/** Its angles at these stamps. */
async function anglesOf(
  truths: readonly (readonly [stampNs: bigint, data: Uint8Array])[],
  stampsNs: readonly bigint[],
): Promise<(number | undefined)[]> {
  const path = join(dir, `${truths.length}-${stampsNs.length}.mcap`);
  const writer = await RecordingWriter.create(path);
  for (const [stampNs, data] of truths) await writer.writeEncoded('ground_truth', stampNs, data);
  await writer.close();
  const reader = await RecordingReader.open(path);
  try {
    const driver = RecordedDriver.of(reader)!;
    const angles: (number | undefined)[] = [];
    for (const stampNs of stampsNs) angles.push(await driver.steeringRadAt(stampNs));
    return angles;
  } finally {
    await reader.close();
  }
}

const written = (vehicle: object | undefined) => toBinary(GroundTruthSchema, truthOf(vehicle));
const turned = (steeringRad: number) => written({ hasSteering: true, steeringRad });

test('each frame has the angle of its own stamp, whatever else is true of it', async () => {
  const truths = [1n, 2n, 4n, 5n].map((at) => [at, turned(Number(at) / 4)] as const);
  expect(await anglesOf(truths, [0n, 1n, 2n, 3n, 5n, 9n])).toEqual([
    ...[undefined, 0.25, 0.5, undefined, 1.25, undefined],
  ]);
});

test('what says nothing of the driver, says it wrongly, or is no message, leaves the frame without', async () => {
  const truths = [
    [1n, written(undefined)],
    [2n, written({ hasSpeed: true, speedMps: 9 })],
    [3n, turned(Number.NaN)],
    [4n, Uint8Array.of(0x2a, 0xff, 1)],
    [5n, turned(0.5)],
    [6n, turned(Number.POSITIVE_INFINITY)],
  ] as const;
  expect(await anglesOf(truths, [1n, 2n, 3n, 4n, 5n, 6n])).toEqual([
    ...[undefined, undefined, undefined, undefined, 0.5, undefined],
  ]);
});

test('a recording without ground truth has no driver', async () => {
  const path = join(dir, 'none.mcap');
  const writer = await RecordingWriter.create(path);
  await writer.close();
  const reader = await RecordingReader.open(path);
  expect(RecordedDriver.of(reader)).toBeUndefined();
  await reader.close();
});
