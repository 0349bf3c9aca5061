import { describe, expect, it } from 'vitest';
import type { Bundle } from '../../../src/bundle/bundle.js';
import type { SteeringOutputSpec } from '../../../src/bundle/steering-spec.js';
import { goalFor } from '../../../tools/attack/answer-goal.js';

const steering = (changes: Partial<SteeringOutputSpec>) => {
  const decode: SteeringOutputSpec = {
    ...{ kind: 'steering', steering: 'a', radPerUnit: 0.5 },
    ...{ maxAngleRad: 0.6, maxRateRadPerS: 1, wheelbaseM: 2.7, ...changes },
  };
  return { manifest: { decode, outputs: [] }, where: 'test' } as unknown as Bundle;
};
const outputs = (...values: number[]) => ({ a: Float32Array.from(values) });

describe('the goal of an attack on steering', () => {
  it('tells the angle that is published, with the response of the driver', () => {
    const goal = goalFor(steering({ response: { gain: 3, exponent: 2 } }), outputs(0.2));
    // 3 x 0.2^2 x 0.5 rad = 0.06 rad.
    expect(goal.says(outputs(0.2))).toBe('3.4°');
    // 0.25: 0.094 rad, 1.9 degrees more; 0.26: 2.4 degrees more.
    expect([goal.kept(outputs(0.25)), goal.kept(outputs(0.26))]).toEqual([1, 0]);
  });

  it('goes on to the side to which it has begun to go, also where right is positive', () => {
    for (const radPerUnit of [0.5, -0.5]) {
      const goal = goalFor(steering({ radPerUnit }), outputs(0.2));
      expect([...goal.away(outputs(0.3))['a']!]).toEqual([1]);
      expect([...goal.away(outputs(0.1))['a']!]).toEqual([-1]);
    }
  });

  it('reads one of several values', () => {
    const goal = goalFor(steering({ at: 1 }), outputs(9, 0.2));
    expect(goal.says(outputs(9, 0.2))).toBe('5.7°');
    expect([goal.kept(outputs(0, 0.2)), goal.kept(outputs(9, 0.4))]).toEqual([1, 0]);
    expect([...goal.away(outputs(9, 0.3))['a']!]).toEqual([0, 1]);
  });

  it.each(['largest', 'mean'] as const)('reads a distribution by its %s', (read) => {
    const distribution: SteeringOutputSpec['distribution'] = {
      bins: [-1, 0, 1],
      values: 'logits',
      read,
    };
    const goal = goalFor(steering({ distribution }), outputs(0, 9, 0));
    expect(goal.says(outputs(0, 9, 0))).toBe('0.0°');
    expect([goal.kept(outputs(0, 9, 0)), goal.kept(outputs(12, 9, 0))]).toEqual([1, 0]);
    // It began to turn to the side of the first bin.
    const away = goal.away(outputs(6, 9, 0))['a']!;
    expect(away[0]).toBeGreaterThan(0);
    expect(away[2]).toBeLessThan(0);
  });
});
