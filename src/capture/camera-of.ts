import { readFile } from 'node:fs/promises';
import { fromBinary } from '@bufbuild/protobuf';
import { parseCameraInfoYaml } from '../calibration/camera-info.js';
import {
  type CameraKind,
  type CameraModel,
  distortionCounts,
} from '../calibration/camera-model.js';
import { PerceptionError } from '../frame/perception-error.js';
import {
  type CameraCalibration,
  CameraCalibrationSchema,
} from '../messages/gen/foxglove/camera_calibration_pb.js';
import { RecordingReader } from '../recording/recording-reader.js';

/** Names of lens models in recordings, and ours. */
const kinds: Readonly<Record<string, CameraKind>> = {
  '': 'pinhole',
  plumb_bob: 'plumb_bob',
  rational_polynomial: 'rational_polynomial',
  kannala_brandt: 'equidistant',
  equidistant: 'equidistant',
};

/** The source as a recording, or undefined where it is none; what is wrong with a source, capture will say. */
export function openIfRecording(source: string): Promise<RecordingReader | undefined> {
  return RecordingReader.open(source).catch(() => undefined);
}

/**
 * The camera model that a pipeline file's `calibration` asks for: a camera_info YAML file, what the recording
 * carries, or none. Rejects with ERR_CALIBRATION.
 */
export async function cameraOf(
  calibration: string,
  source: string,
): Promise<CameraModel | undefined> {
  if (calibration === 'none') return undefined;
  if (calibration === 'recording') return cameraOfRecording(source);
  const yamlText = await readFile(calibration, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw new PerceptionError('ERR_CALIBRATION', `${calibration}: cannot be read (${cause.code})`, {
      cause,
    });
  });
  return parseCameraInfoYaml(yamlText, calibration);
}

async function cameraOfRecording(path: string): Promise<CameraModel | undefined> {
  const reader = await openIfRecording(path);
  if (reader === undefined) return undefined;
  try {
    const message = await firstCalibration(reader);
    return message === undefined ? undefined : modelOf(message, path);
  } finally {
    await reader.close();
  }
}

/** The first calibration that a recording carries, on whatever topic. */
export async function firstCalibration(
  reader: RecordingReader,
): Promise<CameraCalibration | undefined> {
  const channel = reader.channels.find(
    ({ schemaName, messageEncoding }) =>
      schemaName === CameraCalibrationSchema.typeName && messageEncoding === 'protobuf',
  );
  if (channel === undefined) return undefined;
  for await (const { data } of reader.messages({ topics: [channel.topic] }))
    return fromBinary(CameraCalibrationSchema, data);
  return undefined;
}

function modelOf(message: CameraCalibration, where: string): CameraModel {
  const { distortionModel, width, height, D, K } = message;
  const kind = kinds[distortionModel];
  if (kind === undefined || K.length !== 9 || D.length < distortionCounts[kind])
    throw new PerceptionError(
      'ERR_CALIBRATION',
      `${where}: expected a calibration with 9 values in K and a model of ${Object.keys(kinds).filter(Boolean).join(', ')}, found "${distortionModel}" with ${K.length} in K and ${D.length} in D`,
    );
  return {
    kind,
    widthPx: width,
    heightPx: height,
    fxPx: K[0]!,
    fyPx: K[4]!,
    cxPx: K[2]!,
    cyPx: K[5]!,
    distortion: D.slice(0, distortionCounts[kind]),
  };
}
