import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SteeringOutputSpec } from '../../../src/bundle/output-spec.js';
import {
  curvatureFromSteering,
  decodeSteering,
  initialSteeringState,
  limitSteering,
  readScalar,
  type SteeringState,
} from '../../../src/perception/steering/steering.js';

const spec: SteeringOutputSpec = {
  kind: 'steering',
  steering: 'steering',
  radPerUnit: 0.436,
  maxAngleRad: 0.4,
  maxRateRadPerS: 0.5,
  wheelbaseM: 2.7,
};

describe('steering', () => {
  it('is the output times radians a unit', () => {
    expect(decodeSteering(Float32Array.of(0.5), spec)).toBeCloseTo(0.218, 9);
  });

  it('follows the response curve, the same either way, and stays no number where it is none', () => {
    const curved = { ...spec, response: { gain: 3, exponent: 2 } };
    expect(decodeSteering(Float32Array.of(0.5), curved)).toBeCloseTo(0.75 * 0.436, 9);
    expect(decodeSteering(Float32Array.of(-0.5), curved)).toBeCloseTo(-0.75 * 0.436, 9);
    expect(decodeSteering(Float32Array.of(0), curved)).toBe(0);
    expect(decodeSteering(Float32Array.of(Number.NaN), curved)).toBeNaN();
  });

  it('is a number of several, the largest bin of a distribution, or its mean', () => {
    expect(readScalar(Float32Array.of(1, 7, 3), { at: 1 })).toBe(7);
    const bins = [-1, 0, 0.5, 1];
    const of = (values: 'logits' | 'probabilities', read: 'largest' | 'mean', numbers: number[]) =>
      readScalar(Float32Array.from(numbers), { distribution: { bins, values, read } });
    expect(of('probabilities', 'largest', [0.1, 0.2, 0.4, 0.3])).toBe(0.5);
    // -0.1 + 0 + 0.2 + 0.3.
    expect(of('probabilities', 'mean', [0.1, 0.2, 0.4, 0.3])).toBeCloseTo(0.4, 6);
    const logits = [0.1, 0.2, 0.4, 0.3].map((share) => 3 + Math.log(share));
    expect(of('logits', 'mean', logits)).toBeCloseTo(0.4, 6);
    // Of equal ones the first.
    expect(of('logits', 'largest', [5, 2, 5, 5])).toBe(-1);
    for (const read of ['largest', 'mean'] as const)
      expect(of('logits', read, [0, Number.NaN, 0, 0])).toBeNaN();
  });

  it('passes unchanged where no limit is touched', () => {
    const { result } = limitSteering({ angleRad: 0.1 }, 0.12, 0.05, spec);
    expect(result).toEqual({
      angleRad: 0.12,
      rawAngleRad: 0.12,
      curvaturePerM: Math.tan(0.12) / 2.7,
      isLimited: false,
    });
  });

  it('is limited in value from the first answer on, in rate from the second', () => {
    const first = limitSteering(initialSteeringState, -0.9, 0.05, spec);
    expect(first.result).toMatchObject({ angleRad: -0.4, rawAngleRad: -0.9, isLimited: true });
    const second = limitSteering(first.state, 0.3, 0.1, spec);
    expect(second.result.angleRad).toBeCloseTo(-0.35, 12);
    expect(second.result.isLimited).toBe(true);
  });

  it('holds the last angle when the answer is no number or no time has passed', () => {
    const broken = limitSteering({ angleRad: 0.2 }, Number.NaN, 0.05, spec);
    expect(broken.result).toMatchObject({ angleRad: 0.2, isLimited: true });
    expect(limitSteering({ angleRad: 0.2 }, 0.4, 0, spec).result.angleRad).toBe(0.2);
    expect(limitSteering({ angleRad: 0.2 }, 0.4, -1, spec).result.angleRad).toBe(0.2);
  });

  it('never leaves its limits, whatever the network says', () => {
    const step = fc.tuple(fc.double(), fc.double({ min: 0, max: 0.2, noNaN: true }));
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 30 }), (steps) => {
        let state: SteeringState = initialSteeringState;
        for (const [rawAngleRad, dtS] of steps) {
          const next = limitSteering(state, rawAngleRad, dtS, spec);
          const { angleRad } = next.result;
          expect(Math.abs(angleRad)).toBeLessThanOrEqual(spec.maxAngleRad);
          const change = Math.abs(angleRad - (state.angleRad ?? angleRad));
          expect(change).toBeLessThanOrEqual(spec.maxRateRadPerS * dtS + 1e-12);
          state = next.state;
        }
      }),
    );
  });

  it('to the left curves to the left, by the wheelbase', () => {
    expect(curvatureFromSteering(Math.PI / 4, 2)).toBeCloseTo(0.5, 12);
    expect(curvatureFromSteering(-0.1, 2.7)).toBeLessThan(0);
  });
});
