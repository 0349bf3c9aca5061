import type { CameraCalibrationResult } from './calibrate-camera.js';
import { parameterNames } from './calibration-json.js';

/** Formats a calibration for a terminal. */
export function formatCalibration(result: CameraCalibrationResult): string {
  const { model, used, skipped, trials } = result;
  const values = [model.fxPx, model.fyPx, model.cxPx, model.cyPx, ...model.distortion];
  const names = parameterNames(result);
  const lines = [
    `${model.kind} camera of ${model.widthPx}x${model.heightPx}: rms ${result.rmsPx.toFixed(3)} px over ${used.length} pictures, ${(result.coverageShare * 100).toFixed(0)} % of the picture covered`,
    '',
    ...values.map((value, i) => {
      const digits = i < 4 ? 2 : 5;
      return `  ${names[i]!.padEnd(4)}${value.toFixed(digits).padStart(12)}  ± ${result.standardDeviations[i]!.toFixed(digits)}${i < 4 ? ' px' : ''}`;
    }),
    '',
    'held-out error by lens model:',
    ...trials.map(
      ({ kind, heldOutRmsPx, problem }) =>
        `  ${kind.padEnd(20)} ${heldOutRmsPx === undefined ? problem : `${heldOutRmsPx.toFixed(3)} px`}${kind === model.kind ? '  (chosen)' : ''}`,
    ),
  ];
  if (skipped.length > 0)
    lines.push('', 'left out:', ...skipped.map(({ name, reason }) => `  ${name}: ${reason}`));
  for (const warning of result.warnings) lines.push('', `warning: ${warning}`);
  return lines.join('\n');
}
