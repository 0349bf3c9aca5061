import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { PerceptionError } from '../frame/perception-error.js';
import { type CameraModel, cameraKinds, distortionCounts } from './camera-model.js';
import { sha256Hex } from './sha256.js';

const matrix = (rows: number, cols: number) =>
  z.object({
    rows: z.literal(rows),
    cols: z.literal(cols),
    data: z.array(z.number()).length(rows * cols),
  });

/** What is read of a camera_info file. Keys that ROS adds beside these (camera_name, rectification) are let be. */
const cameraInfoSchema = z.object({
  image_width: z.int().positive().max(65536),
  image_height: z.int().positive().max(65536),
  camera_matrix: matrix(3, 3),
  distortion_model: z.string(),
  distortion_coefficients: z.object({
    rows: z.literal(1),
    cols: z.int().nonnegative(),
    data: z.array(z.number()),
  }),
});

function fail(where: string, problem: string): never {
  throw new PerceptionError('ERR_CALIBRATION', `${where}: ${problem}`);
}

/**
 * Reads a ROS camera_info YAML text. `where` names the file in errors. Rectification and projection matrices
 * serve stereo rigs and are not used. A plumb_bob model of nothing but zeros is returned as a pinhole.
 * Throws ERR_CALIBRATION with what was expected and found.
 */
export function parseCameraInfoYaml(text: string, where: string): CameraModel {
  let document: unknown;
  try {
    document = parse(text);
  } catch (cause) {
    const line = cause instanceof Error ? cause.message.split('\n')[0] : String(cause);
    throw new PerceptionError('ERR_CALIBRATION', `${where}: expected YAML, found ${line}`, {
      cause,
    });
  }
  const result = cameraInfoSchema.safeParse(document);
  if (!result.success) {
    const issue = result.error.issues[0];
    fail(where, `${issue?.path.join('.') || 'document'}: ${issue?.message}`);
  }
  return toModel(result.data, where);
}

function toModel(info: z.infer<typeof cameraInfoSchema>, where: string): CameraModel {
  const [fxPx, skew, cxPx, zero1, fyPx, cyPx, zero2, zero3, one] = info.camera_matrix.data as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  if (!(fxPx > 0 && fyPx > 0)) {
    fail(where, `camera_matrix: expected focal lengths above 0, found ${fxPx} and ${fyPx}`);
  }
  if (skew !== 0 || zero1 !== 0 || zero2 !== 0 || zero3 !== 0 || one !== 1) {
    fail(where, 'camera_matrix: expected [fx, 0, cx, 0, fy, cy, 0, 0, 1]');
  }
  const size = { widthPx: info.image_width, heightPx: info.image_height };
  const base = { ...size, fxPx, fyPx, cxPx, cyPx };
  const { data, cols } = info.distortion_coefficients;
  const kind = cameraKinds.find((known) => known === info.distortion_model);
  if (kind === undefined || kind === 'pinhole') {
    const known = cameraKinds.filter((name) => name !== 'pinhole').join(', ');
    fail(where, `distortion_model: expected one of ${known}, found "${info.distortion_model}"`);
  }
  const expected = distortionCounts[kind];
  if (data.length !== expected || cols !== expected) {
    const found = `${data.length} in ${cols} columns`;
    fail(where, `distortion_coefficients: expected ${expected} for ${kind}, found ${found}`);
  }
  // All zeros bend nothing, except in the equidistant model, whose zero is still a fisheye.
  const isIdeal = kind !== 'equidistant' && data.every((value) => value === 0);
  return isIdeal
    ? { ...base, kind: 'pinhole', distortion: [] }
    : { ...base, kind, distortion: data };
}

/** Writes a camera_info YAML text that ROS and `parseCameraInfoYaml` read; numbers keep every digit. */
export function formatCameraInfoYaml(model: CameraModel, cameraName = 'camera'): string {
  const { kind, widthPx, heightPx, fxPx, fyPx, cxPx, cyPx } = model;
  const distortion = kind === 'pinhole' ? [0, 0, 0, 0, 0] : [...model.distortion];
  const document = {
    image_width: widthPx,
    image_height: heightPx,
    camera_name: cameraName,
    camera_matrix: { rows: 3, cols: 3, data: [fxPx, 0, cxPx, 0, fyPx, cyPx, 0, 0, 1] },
    distortion_model: kind === 'pinhole' ? 'plumb_bob' : kind,
    distortion_coefficients: { rows: 1, cols: distortion.length, data: distortion },
    rectification_matrix: { rows: 3, cols: 3, data: [1, 0, 0, 0, 1, 0, 0, 0, 1] },
    projection_matrix: {
      rows: 3,
      cols: 4,
      data: [fxPx, 0, cxPx, 0, 0, fyPx, cyPx, 0, 0, 0, 1, 0],
    },
  };
  return stringify(document, { collectionStyle: 'any', lineWidth: 0 });
}

/** sha256 of the model's canonical text (its fields in one fixed order as JSON), by which results name their calibration. */
export function calibrationSha256(model: CameraModel): Promise<string> {
  const { kind, widthPx, heightPx, fxPx, fyPx, cxPx, cyPx, distortion } = model;
  return sha256Hex(
    JSON.stringify([kind, widthPx, heightPx, fxPx, fyPx, cxPx, cyPx, ...distortion]),
  );
}
