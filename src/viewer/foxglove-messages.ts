import { create } from '@bufbuild/protobuf';
import type { CameraModel } from '../calibration/camera-model.js';
import { type CameraMount, groundFromCameraRotation, type Matrix3 } from '../calibration/ground.js';
import {
  type CameraCalibration,
  CameraCalibrationSchema,
} from '../messages/gen/foxglove/camera_calibration_pb.js';
import {
  type CompressedImage,
  CompressedImageSchema,
} from '../messages/gen/foxglove/compressed_image_pb.js';
import {
  type FrameTransform,
  FrameTransformSchema,
} from '../messages/gen/foxglove/frame_transform_pb.js';
import {
  type ImageAnnotations,
  ImageAnnotationsSchema,
  PointsAnnotation_Type,
} from '../messages/gen/foxglove/image_annotations_pb.js';
import { type Log, type Log_Level, LogSchema } from '../messages/gen/foxglove/log_pb.js';
import type { PerceptionFrame } from '../messages/gen/windshield/v1/perception_pb.js';
import { timestampFromNs } from '../messages/timestamp.js';
import { segmentationPaletteOf } from '../perception/classes.js';
import { decodeRunLengths } from '../perception/segmentation/run-lengths.js';
import { boxColour, boxLabel } from './box-label.js';
import { type BoxReading, readingsByBox } from './box-reading.js';
import { encodeIndexedPng } from './indexed-png.js';

/** Name of the camera's coordinate frame: x right, y down, z ahead. */
export const cameraFrameId = 'camera';
/** Name of the vehicle's coordinate frame: x ahead, y left, z up (REP-103). */
const vehicleFrameId = 'vehicle';
/** Most pixels of a plausible class map; more is damage. */
const maxMapPixels = 8192 * 8192;

/** Boxes with class, score, track and readings of signs and lights, in pixels of the frame, and the steering angle below. */
export function annotationsOf(frame: PerceptionFrame, stampNs: bigint): ImageAnnotations {
  const timestamp = timestampFromNs(stampNs);
  const readings = readingsByBox(frame);
  const points = [];
  const texts = [];
  for (const [index, detection] of frame.detections.entries()) {
    const { boxPx, className, trackId } = detection;
    if (boxPx === undefined) continue;
    const { xMin, yMin, xMax, yMax } = boxPx;
    const reading = readings.get(index);
    const colour = colourOf(className, reading);
    const corners = [
      { x: xMin, y: yMin },
      { x: xMax, y: yMin },
      { x: xMax, y: yMax },
      { x: xMin, y: yMax },
    ];
    const type = PointsAnnotation_Type.LINE_LOOP;
    points.push({ timestamp, type, points: corners, outlineColor: colour, thickness: 2 });
    const text = `${boxLabel(detection, reading)}${trackId > 0 ? ` #${trackId}` : ''}`;
    const place = { position: { x: xMin, y: Math.max(14, yMin - 2) }, fontSize: 14 };
    texts.push({ timestamp, text, ...place, textColor: black, backgroundColor: colour });
  }
  if (frame.steering !== undefined) {
    const degrees = (frame.steering.angleRad * 180) / Math.PI;
    const text = `steering ${Math.abs(degrees).toFixed(1)}° ${degrees >= 0 ? 'left' : 'right'}`;
    const place = { position: { x: frame.widthPx / 2 - 60, y: frame.heightPx - 12 }, fontSize: 16 };
    texts.push({ timestamp, text, ...place, textColor: white, backgroundColor: shade });
  }
  return create(ImageAnnotationsSchema, { points, texts });
}

/**
 * The class map as a separate picture of the network's input: a PNG whose palette colours the classes. Undefined if the
 * frame has none. Throws ERR_RECORDING if its runs do not fill it.
 */
export function maskOf(frame: PerceptionFrame, stampNs: bigint): CompressedImage | undefined {
  const { segmentation } = frame;
  if (segmentation === undefined) return undefined;
  const { widthPx, heightPx, runLengths, runClasses } = segmentation;
  if (widthPx * heightPx === 0 || widthPx * heightPx > maxMapPixels) return undefined;
  const classes = decodeRunLengths(runLengths, runClasses, widthPx * heightPx);
  const data = encodeIndexedPng(
    { widthPx, heightPx, classes },
    segmentationPaletteOf(segmentation.classNames),
  );
  const picture = { timestamp: timestampFromNs(stampNs), frameId: cameraFrameId, format: 'png' };
  return create(CompressedImageSchema, { ...picture, data });
}

/** A calibration in Foxglove's terms, where equidistant lenses are called kannala_brandt. */
export function calibrationMessage(camera: CameraModel, stampNs: bigint): CameraCalibration {
  const { kind, widthPx: width, heightPx: height, fxPx, fyPx, cxPx, cyPx, distortion } = camera;
  const names = { pinhole: 'plumb_bob', equidistant: 'kannala_brandt' } as const;
  return create(CameraCalibrationSchema, {
    timestamp: timestampFromNs(stampNs),
    frameId: cameraFrameId,
    width,
    height,
    distortionModel: kind === 'pinhole' || kind === 'equidistant' ? names[kind] : kind,
    D: kind === 'pinhole' ? [0, 0, 0, 0, 0] : [...distortion],
    K: [fxPx, 0, cxPx, 0, fyPx, cyPx, 0, 0, 1],
    R: [1, 0, 0, 0, 1, 0, 0, 0, 1],
    P: [fxPx, 0, cxPx, 0, 0, fyPx, cyPx, 0, 0, 0, 1, 0],
  });
}

const lookingAhead: CameraMount = { heightM: 0, pitchRad: 0 };

/**
 * The camera's pose in the vehicle, whose origin is the point of the road below the lens. Without a known mount it is at
 * the origin and looks straight ahead.
 */
export function cameraTransform(
  stampNs: bigint,
  mount: CameraMount = lookingAhead,
): FrameTransform {
  return create(FrameTransformSchema, {
    timestamp: timestampFromNs(stampNs),
    parentFrameId: vehicleFrameId,
    childFrameId: cameraFrameId,
    translation: { x: 0, y: 0, z: mount.heightM },
    rotation: quaternionOf(groundFromCameraRotation(mount)),
  });
}

/** The unit quaternion of a rotation, computed from its largest component (Shepperd 1978). */
function quaternionOf([xx, xy, xz, yx, yy, yz, zx, zy, zz]: Matrix3) {
  const rows = [
    [1 + xx - yy - zz, xy + yx, xz + zx, zy - yz],
    [xy + yx, 1 - xx + yy - zz, yz + zy, xz - zx],
    [xz + zx, yz + zy, 1 - xx - yy + zz, yx - xy],
    [zy - yz, xz - zx, yx - xy, 1 + xx + yy + zz],
  ] as const;
  const largest = rows.reduce((best, row, i) => (row[i]! > rows[best]![best]! ? i : best), 3);
  const sign = rows[largest]![3] < 0 ? -1 : 1;
  const length = sign * Math.hypot(...rows[largest]!);
  const [x, y, z, w] = rows[largest]!;
  return { x: x / length, y: y / length, z: z / length, w: w / length };
}

export function logMessage(level: Log_Level, message: string, stampNs: bigint): Log {
  const timestamp = timestampFromNs(stampNs);
  return create(LogSchema, { timestamp, level, message, name: 'windshield' });
}

const black = { r: 0.06, g: 0.08, b: 0.1, a: 1 };
const white = { r: 1, g: 1, b: 1, a: 1 };
const shade = { r: 0.06, g: 0.08, b: 0.1, a: 0.6 };

function colourOf(className: string, reading: BoxReading | undefined) {
  const value = Number.parseInt(boxColour(className, reading).slice(1), 16);
  return { r: (value >> 16) / 255, g: ((value >> 8) & 255) / 255, b: (value & 255) / 255, a: 1 };
}
