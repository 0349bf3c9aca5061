import type { ScalarReading, SteeringOutputSpec } from '../../bundle/steering-spec.js';
import type { SteeringResult } from '../results.js';

/** The steering network's output, float32, as the angle of the wheels: radians, positive to the left. */
export function decodeSteering(output: Float32Array, spec: SteeringOutputSpec): number {
  const value = readScalar(output, spec);
  if (!spec.response) return value * spec.radPerUnit;
  const { gain, exponent } = spec.response;
  return Math.sign(value) * gain * Math.abs(value) ** exponent * spec.radPerUnit;
}

/**
 * One number of an output, in the network's units: the value at `at`, the bin of the largest value (the first of equal
 * ones), or the sum of bin * probability, with softmax over logits. NaN if the values are NaN. Allocates nothing.
 */
export function readScalar(output: Float32Array, { at = 0, distribution }: ScalarReading): number {
  if (distribution === undefined) return output[at]!;
  const { bins, values, read } = distribution;
  let best = 0;
  for (let i = 0; i < bins.length; i++) {
    if (Number.isNaN(output[i]!)) return Number.NaN;
    if (output[i]! > output[best]!) best = i;
  }
  if (read === 'largest') return bins[best]!;
  let sum = 0;
  let weighed = 0;
  for (let i = 0; i < bins.length; i++) {
    const share = values === 'logits' ? Math.exp(output[i]! - output[best]!) : output[i]!;
    sum += share;
    weighed += share * bins[i]!;
  }
  return weighed / sum;
}

/** What the limits need to know about the previous frame. */
export interface SteeringState {
  /** The angle published last, radians; undefined before the first. */
  readonly angleRad: number | undefined;
}

export const initialSteeringState: SteeringState = { angleRad: undefined };

/**
 * Limits an answer to what may be published: at most maxAngleRad either way, and at most maxRateRadPerS away from
 * the angle published last, `dtS` seconds ago (below 0 counts as 0). The first answer has no rate limit. If the answer
 * is not finite, the angle published last is held. Pure: returns the result and the next state.
 */
export function limitSteering(
  state: SteeringState,
  rawAngleRad: number,
  dtS: number,
  spec: SteeringOutputSpec,
): { result: SteeringResult; state: SteeringState } {
  const wanted = Number.isFinite(rawAngleRad) ? rawAngleRad : (state.angleRad ?? 0);
  let angleRad = clamp(wanted, -spec.maxAngleRad, spec.maxAngleRad);
  if (state.angleRad !== undefined) {
    const reach = spec.maxRateRadPerS * Math.max(0, dtS);
    angleRad = clamp(angleRad, state.angleRad - reach, state.angleRad + reach);
  }
  const result: SteeringResult = {
    angleRad,
    rawAngleRad,
    curvaturePerM: curvatureFromSteering(angleRad, spec.wheelbaseM),
    isLimited: angleRad !== rawAngleRad,
  };
  return { result, state: { angleRad } };
}

/** Curvature of the path of the rear axle's centre, 1/m, positive to the left: tan(angle) / wheelbase (kinematic bicycle). */
export function curvatureFromSteering(angleRad: number, wheelbaseM: number): number {
  return Math.tan(angleRad) / wheelbaseM;
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
