import { create, fromBinary } from '@bufbuild/protobuf';
import {
  type CameraCalibration,
  CameraCalibrationSchema,
} from '../messages/gen/foxglove/camera_calibration_pb.js';
import { timestampFromNs } from '../messages/timestamp.js';
import { type PictureStream, pictureStreams } from './picture-stream.js';
import type { RecordedChannel, RecordingReader } from './recording-reader.js';
import { type RosEncoding, RosFields } from './ros-fields.js';

/** Every kind of message that carries a calibration, one row each. */
const calibrationSchemas: readonly {
  schemaName: string;
  messageEncoding: string;
  /** Throws if the bytes are not such a message. */
  read(message: Uint8Array): CameraCalibration;
}[] = [
  {
    schemaName: CameraCalibrationSchema.typeName,
    messageEncoding: 'protobuf',
    read: (message) => fromBinary(CameraCalibrationSchema, message),
  },
  {
    schemaName: 'sensor_msgs/msg/CameraInfo',
    messageEncoding: 'cdr',
    read: (message) => readCameraInfo(message, 'cdr'),
  },
  {
    schemaName: 'sensor_msgs/CameraInfo',
    messageEncoding: 'ros1',
    read: (message) => readCameraInfo(message, 'ros1'),
  },
];

function readCameraInfo(message: Uint8Array, encoding: RosEncoding): CameraCalibration {
  const fields = new RosFields(message, encoding);
  const { stampNs, frameId } = fields.header();
  const height = fields.u32();
  const width = fields.u32();
  const lens = { distortionModel: fields.text(), D: fields.doubles() };
  const matrices = { K: fields.doublesOf(9), R: fields.doublesOf(9), P: fields.doublesOf(12) };
  const timestamp = timestampFromNs(stampNs);
  const camera = { timestamp, frameId, width, height, ...lens, ...matrices };
  return create(CameraCalibrationSchema, camera);
}

/** A recording's calibration of one camera, and a note about it for the user. */
export interface FoundCalibration {
  calibration: CameraCalibration | undefined;
  topic: string | undefined;
  note: string | undefined;
}

const nothing: FoundCalibration = { calibration: undefined, topic: undefined, note: undefined };

/**
 * Finds the first calibration of the camera whose pictures are `stream`: on a topic with the same prefix
 * (`camera/front/image` and `camera/front/camera_info`), or else with the frame id of its pictures, or else the only
 * calibration if there is one camera. A calibration of zeros or NaN counts as none: drivers publish those for a camera
 * that was never calibrated.
 */
export async function calibrationOf(
  reader: RecordingReader,
  stream: PictureStream,
): Promise<FoundCalibration> {
  const candidates = await firstCalibrations(reader);
  if (candidates.length === 0) return nothing;
  const found =
    candidates.find(({ topic }) => parentOf(topic) === parentOf(stream.topic)) ??
    candidates.find(({ topic }) => isNextToTransports(topic, stream.topic)) ??
    (await byFrameId(reader, stream, candidates)) ??
    (candidates.length === 1 && pictureStreams(reader.channels).length === 1
      ? candidates[0]
      : undefined);
  if (found === undefined) {
    const topics = candidates.map(({ topic }) => topic).join(', ');
    const note = `no calibration for ${stream.topic}: none has its prefix or its frame id (${topics})`;
    return { ...nothing, note };
  }
  const { topic, calibration } = found;
  if (isUncalibrated(calibration)) {
    const note = `the camera of ${stream.topic} was never calibrated (${topic} has no focal length): taken as no calibration`;
    return { calibration: undefined, topic, note };
  }
  const note = candidates.length > 1 ? `calibration of ${topic}` : undefined;
  return { calibration, topic, note };
}

/** In ROS, K[0] = 0 means that a camera is not calibrated; so does a K that is empty or has NaN. */
function isUncalibrated({ K }: CameraCalibration): boolean {
  return K.length === 0 || K[0] === 0 || K.some(Number.isNaN);
}

interface Candidate {
  topic: string;
  calibration: CameraCalibration;
}

async function firstCalibrations(reader: RecordingReader): Promise<Candidate[]> {
  const found: Candidate[] = [];
  for (const channel of reader.channels) {
    const read = schemaOf(channel)?.read;
    if (read === undefined || found.some(({ topic }) => topic === channel.topic)) continue;
    for await (const { topic, data } of reader.messages({ channelIds: [channel.id] })) {
      const calibration = tryRead(read, data);
      if (calibration === undefined) continue;
      found.push({ topic, calibration });
      break;
    }
  }
  return found;
}

function tryRead(read: (message: Uint8Array) => CameraCalibration, message: Uint8Array) {
  try {
    return read(message);
  } catch {
    return undefined;
  }
}

const schemaOf = (channel: RecordedChannel) =>
  calibrationSchemas.find(
    ({ schemaName, messageEncoding }) =>
      schemaName === channel.schemaName && messageEncoding === channel.messageEncoding,
  );

/** A topic's namespace: everything before its last part. */
const parentOf = (topic: string) => topic.slice(0, Math.max(0, topic.lastIndexOf('/')));

/** Transports add one more part to the pictures' topic: `image_raw/compressed`. */
function isNextToTransports(calibrationTopic: string, pictureTopic: string): boolean {
  const namespace = parentOf(calibrationTopic);
  return namespace !== '' && namespace === parentOf(parentOf(pictureTopic));
}

async function byFrameId(
  reader: RecordingReader,
  { channelIds, readPicture }: PictureStream,
  candidates: readonly Candidate[],
): Promise<Candidate | undefined> {
  for await (const { data } of reader.messages({ channelIds })) {
    try {
      const { frameId } = readPicture(data);
      if (frameId === '') return undefined;
      return candidates.find(({ calibration }) => calibration.frameId === frameId);
    } catch {
      // The next picture may be readable.
    }
  }
  return undefined;
}
