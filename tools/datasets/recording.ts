import { basename } from 'node:path';
import { fromBinary } from '@bufbuild/protobuf';
import type { LabelledTask } from '../../src/bundle/manifest.js';
import { checkCameraCalibration } from '../../src/calibration/check-camera-calibration.js';
import { decodeImage } from '../../src/codec/image-codec.js';
import { readJpegHeader } from '../../src/codec/jpeg-header.js';
import { firstLine } from '../../src/frame/first-line.js';
import { CameraCalibrationSchema } from '../../src/messages/gen/foxglove/camera_calibration_pb.js';
import { CompressedImageSchema } from '../../src/messages/gen/foxglove/compressed_image_pb.js';
import {
  type GroundTruth,
  GroundTruthSchema,
} from '../../src/messages/gen/windshield/v1/perception_pb.js';
import { readMessage } from '../../src/messages/read-message.js';
import { damagedChunksText } from '../../src/recording/recording-losses.js';
import { RecordingReader } from '../../src/recording/recording-reader.js';
import { datasetError, requireSamples } from './dataset-files.js';
import { type FrameSize, samplesOfTruth } from './recording-truth.js';
import type { Dataset, RgbImage, SampleOf } from './sample.js';

/**
 * A recorded drive (MCAP) with ground truth as labelled data: topics `camera/image`, `camera/calibration` and
 * `ground_truth`, frame and truth matched by their stamps. samplesOfTruth decides which truth is scored.
 * Truth without its frame, and frames without truth for this task, give no sample; the former is a counted
 * problem. Frames are read and decoded when a sample is loaded. The entire drive is one group. Of several cameras,
 * `drive.mcap#front` reads one.
 * Throws ERR_DATASET if it has no samples for the task, and what RecordingReader.open throws.
 */
export async function openRecordingTruth<T extends LabelledTask>(
  path: string,
  options: { task: T },
): Promise<Dataset<T>> {
  const reader = await RecordingReader.open(path);
  try {
    return await readDrive(reader, path, options.task);
  } finally {
    await reader.close();
  }
}

async function readDrive<T extends LabelledTask>(
  reader: RecordingReader,
  path: string,
  task: T,
): Promise<Dataset<T>> {
  const truths: GroundTruth[] = [];
  const frameSizes = new Map<bigint, FrameSize | undefined>();
  let camera: Dataset['camera'];
  let whyNoCamera: string | undefined;
  const topics = ['camera/image', 'camera/calibration', 'ground_truth'];
  for await (const { topic, stampNs, data } of reader.messages({ topics })) {
    if (topic === 'camera/image') {
      frameSizes.set(stampNs, readJpegHeader(readMessage(CompressedImageSchema, data, path).data));
    }
    if (topic === 'ground_truth') truths.push(readMessage(GroundTruthSchema, data, path));
    if (topic === 'camera/calibration')
      try {
        camera ??= checkCameraCalibration(fromBinary(CameraCalibrationSchema, data), topic);
      } catch (error) {
        // As on the rig: pictures of an uncalibrated camera are used unchanged, and that is reported.
        whyNoCamera = firstLine(error);
      }
  }
  if (truths.length === 0) {
    throw datasetError(`expected messages on topic ground_truth, found none: ${path}`);
  }
  // The path names the camera if one of several was chosen. All cameras saw the same drive: they are one group.
  const name = basename(path, '.mcap').replace('.mcap#', '#');
  const group = basename(reader.path, '.mcap');
  const dataset: Dataset<T> = {
    task,
    name: `recording ${name}`,
    licence: 'as the recording',
    samples: [],
    problems: [],
    ...(camera && { camera }),
  };
  if (camera === undefined && whyNoCamera !== undefined)
    dataset.problems.push({ where: path, reason: `taken without calibration: ${whyNoCamera}` });
  if (reader.damagedChunks > 0 || !reader.isComplete) {
    const damage = reader.isComplete ? damagedChunksText(reader.damagedChunks) : 'a cut off end';
    dataset.problems.push({ where: path, reason: `expected a whole recording, found ${damage}` });
  }
  for (const truth of truths) {
    const { stampNs } = truth;
    const frameSizePx = frameSizes.get(stampNs);
    if (!frameSizePx) {
      dataset.problems.push({ where: path, reason: `truth at ${stampNs} ns has no JPEG frame` });
      continue;
    }
    const base = {
      frameSizePx,
      id: `${name}#${truth.frameId}`,
      group,
      load: () => loadFrame(path, stampNs),
    };
    dataset.samples.push(...(samplesOfTruth(task, truth, base) as SampleOf[T][]));
  }
  return requireSamples(dataset, path);
}

async function loadFrame(path: string, stampNs: bigint): Promise<RgbImage> {
  const reader = await RecordingReader.open(path);
  try {
    const window = { topics: ['camera/image'], startNs: stampNs, endNs: stampNs };
    for await (const { data } of reader.messages(window)) {
      return await decodeImage(fromBinary(CompressedImageSchema, data).data);
    }
    throw new Error('nothing');
  } catch (cause) {
    const found = firstLine(cause);
    throw datasetError(`expected a frame at ${stampNs} ns, found ${found}: ${path}`, cause);
  } finally {
    await reader.close();
  }
}
