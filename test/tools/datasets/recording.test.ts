import { join } from 'node:path';
import { create, toBinary } from '@bufbuild/protobuf';
import { expect, test } from 'vitest';
import { CompressedImageSchema } from '../../../src/messages/gen/foxglove/compressed_image_pb.js';
import { GroundTruthSchema } from '../../../src/messages/gen/windshield/v1/perception_pb.js';
import { segmentationClasses } from '../../../src/perception/classes.js';
import { createDriveWriter } from '../../../src/recording/drive-writer.js';
import { RecordingWriter } from '../../../src/recording/recording-writer.js';
import { openRecordingTruth } from '../../../tools/datasets/recording.js';
import { jpegOf, rejection, writeFolder } from './dataset-builders.js';

type Truth = Parameters<typeof create<typeof GroundTruthSchema>>[1];
const boxPx = (xMin: number, yMin: number, xMax: number, yMax: number) => ({
  xMin,
  yMin,
  xMax,
  yMax,
});

/** A drive of 64x48 frames, one for each truth; `undefined` is a frame without. */
async function drive(truths: (Truth | undefined)[], strayTruth = false): Promise<string> {
  const path = join(writeFolder({}), 'drive.mcap');
  const writer = await createDriveWriter(path, {
    widthPx: 64,
    heightPx: 48,
    sourceName: 'made',
    calibration: {
      distortionModel: 'plumb_bob',
      d: [-0.1, 0.01, 0, 0, 0],
      k: [50, 0, 31.5, 0, 50, 23.5, 0, 0, 1],
    },
  });
  for (const [index, truth] of truths.entries()) {
    const stampNs = 1_000_000_000n + BigInt(index) * 50_000_000n;
    await writer.writeFrame({ stampNs, jpeg: await jpegOf(64, 48) });
    if (truth) {
      await writer.writeGroundTruth(
        create(GroundTruthSchema, { ...truth, frameId: BigInt(index), stampNs }),
      );
    }
  }
  if (strayTruth) {
    await writer.writeGroundTruth(
      create(GroundTruthSchema, { frameId: 99n, stampNs: 9_000_000_000n }),
    );
  }
  await writer.close();
  return path;
}

const objects = [
  { className: 'car', boxPx: boxPx(0, 0, 30, 26), signClassId: -1 },
  { className: 'car', boxPx: boxPx(0, 0, 30, 24), signClassId: -1 },
  { className: 'bus', boxPx: boxPx(0, 0, 30, 40), signClassId: -1, occlusion: 0.6 },
  { className: 'traffic_sign', boxPx: boxPx(30, 10, 50, 30), signClassId: 14 },
  { className: 'traffic_sign', boxPx: boxPx(30, 10, 40, 20), signClassId: 2 },
];

test('boxes are truth, or regions to ignore where they are low or half hidden', async () => {
  const path = await drive([{ objects }, undefined, {}]);
  const { samples, camera, name } = await openRecordingTruth(path, { task: 'detection' });
  expect(name).toBe('recording drive');
  expect(samples.map(({ id, group }) => [id, group])).toEqual([
    ['drive#0', 'drive'],
    ['drive#2', 'drive'],
  ]);
  expect(samples[0]!.boxes.map(({ weight }) => weight)).toEqual([1, 0, 0, 0, 0]);
  expect(samples[1]!.boxes).toEqual([]);
  expect(camera).toMatchObject({ kind: 'plumb_bob', widthPx: 64, fxPx: 50, cyPx: 23.5 });
  expect(await samples[0]!.load()).toMatchObject({ widthPx: 64, heightPx: 48 });
});

test('each sign that can be read is a sample, with its place in the frame', async () => {
  const path = await drive([{ objects }]);
  const { samples } = await openRecordingTruth(path, { task: 'signs' });
  expect(samples).toMatchObject([{ id: 'drive#0/3', classId: 14, boxXyxyPx: [30, 10, 50, 30] }]);
});

test("the class map is read by its names and stretched to the frame's size", async () => {
  const segmentation = {
    widthPx: 32,
    heightPx: 24,
    runLengths: [32 * 12, 32 * 12],
    runClasses: Uint8Array.of(1, 0),
    classNames: ['something else', 'road'],
  };
  const path = await drive([{ segmentation }]);
  const { samples } = await openRecordingTruth(path, { task: 'segmentation' });
  const map = await samples[0]!.loadClassMap();
  expect(map).toHaveLength(64 * 48);
  const road = segmentationClasses.indexOf('road');
  expect([map[0], map[64 * 24 - 1], map[64 * 24], map.at(-1)]).toEqual([road, road, 255, 255]);
});

test('frames without a steering angle give no steering sample', async () => {
  const path = await drive([
    { vehicle: { hasSteering: true, steeringRad: 0.125 } },
    { vehicle: { hasSteering: false } },
  ]);
  const { samples } = await openRecordingTruth(path, { task: 'steering' });
  expect(samples).toMatchObject([{ id: 'drive#0', steeringRad: 0.125, camera: 'centre' }]);
});

test('of several cameras the chosen one gives truth, frames and names', async () => {
  const path = join(writeFolder({}), 'drive.mcap');
  const writer = await RecordingWriter.create(path);
  const stampNs = 1_000_000_000n;
  for (const [name, widthPx] of [
    ['front', 64],
    ['rear', 32],
  ] as const) {
    const image = create(CompressedImageSchema, {
      data: await jpegOf(widthPx, 48),
      format: 'jpeg',
    });
    const truth = create(GroundTruthSchema, { objects, stampNs });
    const [bytes, told] = [
      toBinary(CompressedImageSchema, image),
      toBinary(GroundTruthSchema, truth),
    ];
    await writer.writeEncoded('camera/image', stampNs, bytes, `/${name}/camera/image`);
    await writer.writeEncoded('ground_truth', stampNs, told, `/${name}/ground_truth`);
  }
  await writer.close();
  const front = await openRecordingTruth(`${path}#front`, { task: 'detection' });
  const rear = await openRecordingTruth(`${path}#rear`, { task: 'detection' });
  expect(await front.samples[0]!.load()).toMatchObject({ widthPx: 64, heightPx: 48 });
  expect(await rear.samples[0]!.load()).toMatchObject({ widthPx: 32, heightPx: 48 });
  expect([front.name, rear.name]).toEqual(['recording drive#front', 'recording drive#rear']);
  // Both saw the same road: they must not fall on different sides of a split.
  expect(front.samples[0]!.group).toBe(rear.samples[0]!.group);
});

test('truth without its frame is a counted problem', async () => {
  const path = await drive([{ objects }], true);
  const { problems } = await openRecordingTruth(path, { task: 'detection' });
  expect(problems.map(({ reason }) => reason)).toEqual([
    'truth at 9000000000 ns has no JPEG frame',
  ]);
});

test('a recording without truth, or with none of the task, is refused', async () => {
  const without = await rejection(openRecordingTruth(await drive([undefined]), { task: 'signs' }));
  expect(without).toMatchObject({ code: 'ERR_DATASET' });
  expect(without.message).toContain('expected messages on topic ground_truth, found none');
  const none = await rejection(
    openRecordingTruth(await drive([{ objects }]), { task: 'steering' }),
  );
  expect(none.message).toContain('expected at least one sample of recording drive, found none');
});
