import { expect, test } from 'vitest';
import type { Bundle } from '../../../src/bundle/bundle.js';
import type { SteeringOutputSpec } from '../../../src/bundle/steering-spec.js';
import { questionOf } from '../../../tools/gradients/question.js';

const asked = (changes: Partial<SteeringOutputSpec>, values: number[]) => {
  const decode: SteeringOutputSpec = {
    ...{ kind: 'steering', steering: 'a', radPerUnit: 0.5 },
    ...{ maxAngleRad: 0.6, maxRateRadPerS: 1, wheelbaseM: 2.7, ...changes },
  };
  const bundle = { manifest: { decode, outputs: [] }, where: 'test' } as unknown as Bundle;
  const outputs = { a: Float32Array.from(values) };
  const question = questionOf(bundle, outputs);
  return { score: question.score(outputs), slopes: question.slopes(outputs) };
};

test('the angle that is explained is the one that the rig reads', () => {
  expect(asked({ at: 1 }, [9, -0.25])).toEqual({
    score: 0.25,
    slopes: [{ output: 'a', index: 1, slope: -1 }],
  });
  const bins = [-1, 0, 1];
  const largest = { bins, values: 'logits', read: 'largest' } as const;
  expect(asked({ distribution: largest }, [0, 1, 5])).toEqual({
    score: 5,
    slopes: [{ output: 'a', index: 2, slope: 1 }],
  });
});

test('the mean of a distribution is explained by its derivative', () => {
  for (const values of ['logits', 'probabilities'] as const) {
    const distribution: SteeringOutputSpec['distribution'] = {
      bins: [-1, 0, 1],
      values,
      read: 'mean',
    };
    const at = [0.2, 0.3, 0.5];
    const { score, slopes } = asked({ distribution }, at);
    for (const { index, slope } of slopes) {
      const moved = at.map((value, i) => (i === index ? value + 1e-3 : value));
      const difference = asked({ distribution }, moved).score - score;
      expect(difference / 1e-3).toBeCloseTo(slope, 2);
    }
    expect(slopes).toHaveLength(3);
  }
});
