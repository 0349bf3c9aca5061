import { readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { fromBinary } from '@bufbuild/protobuf';
import { beforeAll, expect, test } from 'vitest';
import { openSimulatedDrive } from '../../../simulator/datasets/drive.js';
import { rigCamera } from '../../../simulator/rendering/camera.js';
import { parseCameraInfoYaml } from '../../../src/calibration/camera-info.js';
import { decodeImage } from '../../../src/codec/image-codec.js';
import { CameraCalibrationSchema } from '../../../src/messages/gen/foxglove/camera_calibration_pb.js';
import { CompressedImageSchema } from '../../../src/messages/gen/foxglove/compressed_image_pb.js';
import {
  type GroundTruth,
  GroundTruthSchema,
} from '../../../src/messages/gen/windshield/v1/perception_pb.js';
import { detectionClasses } from '../../../src/perception/classes.js';
import { driveMetadataName } from '../../../src/recording/drive-writer.js';
import { type RecordedMessage, RecordingReader } from '../../../src/recording/recording-reader.js';

const repoDir = new URL('../../../', import.meta.url);
const samplePath = fileURLToPath(new URL('recordings/sample-drive.mcap', repoDir));
const images: RecordedMessage[] = [];
const truths: GroundTruth[] = [];
const calibrations: RecordedMessage[] = [];
let metadata: Readonly<Record<string, string>>;

beforeAll(async () => {
  const reader = await RecordingReader.open(samplePath);
  for await (const message of reader.messages()) {
    if (message.topic === 'camera/image') images.push(message);
    if (message.topic === 'camera/calibration') calibrations.push(message);
    if (message.topic === 'ground_truth') truths.push(fromBinary(GroundTruthSchema, message.data));
  }
  metadata = reader.metadata.get(driveMetadataName)!;
  await reader.close();
});

test('the sample is at least 12 s of 1280x720 at 20 frames a second, in under 12 MB', async () => {
  expect(statSync(samplePath).size).toBeLessThan(12e6);
  const seconds = Number(images.at(-1)!.stampNs - images[0]!.stampNs) / 1e9;
  expect(seconds + 1 / 20).toBeGreaterThanOrEqual(12);
  expect((images.length - 1) / seconds).toBeGreaterThanOrEqual(20);
  const picture = await decodeImage(fromBinary(CompressedImageSchema, images[0]!.data).data);
  expect(picture).toMatchObject({ widthPx: 1280, heightPx: 720 });
});

test('every frame of the sample has its truth: objects, class map, steering and speed', () => {
  expect(truths.map(({ stampNs }) => stampNs)).toEqual(images.map(({ stampNs }) => stampNs));
  const classes = new Set<string>();
  const signs = new Set<number>();
  for (const { objects, segmentation, vehicle } of truths) {
    for (const { className, signClassId } of objects) {
      classes.add(className);
      if (signClassId >= 0) signs.add(signClassId);
    }
    const pixels = segmentation!.runLengths.reduce((sum, length) => sum + length, 0);
    expect(pixels).toBe(segmentation!.widthPx * segmentation!.heightPx);
    expect(vehicle).toMatchObject({ hasSteering: true, hasSpeed: true, speedMps: 14 });
  }
  expect([...classes].sort()).toEqual([...detectionClasses].sort());
  expect(signs.size).toBeGreaterThanOrEqual(12);
});

test('the calibration in the recording and the one in calibration/ are the camera that rendered it', () => {
  const { model } = rigCamera(1280, 720);
  const path = fileURLToPath(new URL('calibration/sample-camera.yaml', repoDir));
  expect(parseCameraInfoYaml(readFileSync(path, 'utf8'), path)).toEqual(model);
  const recorded = fromBinary(CameraCalibrationSchema, calibrations[0]!.data);
  expect(recorded.D).toEqual(model.distortion);
  expect(recorded.K).toEqual([model.fxPx, 0, model.cxPx, 0, model.fyPx, model.cyPx, 0, 0, 1]);
});

test('the simulator still draws what the sample shows', async () => {
  const seed = Number(metadata['seed']);
  const drive = await openSimulatedDrive({ seed, seconds: 12.5, widthPx: 1280, heightPx: 720 });
  const frame = 100;
  const scene = drive.frameAt(frame / 20);
  const truth = truths[frame]!;
  const boxes = scene.boxes.filter(({ visiblePx }) => visiblePx >= 16);
  expect(truth.objects.map(({ className }) => className)).toEqual(
    boxes.map(({ className }) => className),
  );
  expect(truth.vehicle!.steeringRad).toBeCloseTo(scene.steeringRad, 6);
  const recorded = await decodeImage(fromBinary(CompressedImageSchema, images[frame]!.data).data);
  let difference = 0;
  for (let i = 0; i < recorded.data.length; i++) {
    difference += Math.abs(recorded.data[i]! - scene.image.data[i]!);
  }
  // What is left is the loss of JPEG.
  expect(difference / recorded.data.length).toBeLessThan(6);
});
