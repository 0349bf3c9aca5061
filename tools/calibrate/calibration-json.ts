import { type CameraCalibrationResult, tiltDeg } from './calibrate-camera.js';

const distortionNames = {
  plumb_bob: ['k1', 'k2', 'p1', 'p2', 'k3'],
  rational_polynomial: ['k1', 'k2', 'p1', 'p2', 'k3', 'k4', 'k5', 'k6'],
  equidistant: ['k1', 'k2', 'k3', 'k4'],
} as const;

/** Names of a result's parameters, in order. */
export const parameterNames = ({ model }: CameraCalibrationResult): string[] => [
  'fx',
  'fy',
  'cx',
  'cy',
  ...distortionNames[model.kind],
];

/** A calibration as one JSON object: pixels, degrees; `used` and `skipped` by the pictures' names. */
export function calibrationJson(result: CameraCalibrationResult): Record<string, unknown> {
  const { model, skipped, used } = result;
  return {
    rmsPx: result.rmsPx,
    fx: model.fxPx,
    fy: model.fyPx,
    cx: model.cxPx,
    cy: model.cyPx,
    distortion: model.distortion,
    model: model.kind,
    widthPx: model.widthPx,
    heightPx: model.heightPx,
    standardDeviations: Object.fromEntries(
      parameterNames(result).map((name, i) => [name, result.standardDeviations[i]!]),
    ),
    used: used.map(({ name }) => name),
    skipped,
    pictures: used.map((picture) => ({
      name: picture.name,
      rmsPx: picture.rmsPx,
      tiltDeg: tiltDeg(picture),
      distanceM: Math.hypot(...picture.pose.translation),
      edgeWidthPx: picture.sighting.edgeWidthPx ?? null,
    })),
    crossValidation: result.trials.map(({ kind, heldOutRmsPx, problem }) => ({
      model: kind,
      heldOutRmsPx: heldOutRmsPx ?? null,
      ...(problem !== undefined && { problem }),
    })),
    coverageShare: result.coverageShare,
    coverage: [...result.coverage],
    warnings: result.warnings,
    engine: result.engine,
  };
}
