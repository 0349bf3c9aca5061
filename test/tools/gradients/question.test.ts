import { expect, test } from 'vitest';
import type { Bundle } from '../../../src/bundle/bundle.js';
import type { OutputSpec } from '../../../src/bundle/output-spec.js';
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

test('a query whose class is too small beside “no object” is not the box that is explained', () => {
  const decode: OutputSpec = {
    ...{ kind: 'queries', logits: 'a', boxes: 'b', activation: 'softmax' },
    ...{ networkClasses: [{ name: 'car', as: 'car' }], classes: ['car'] },
    ...{ scoreThreshold: 0.3, nms: { method: 'none' }, maxDetections: 9 },
  };
  const bundle = { manifest: { decode, outputs: [] }, where: 'test' } as unknown as Bundle;
  const outputs = { a: Float32Array.of(12, 16, 3, -2), b: new Float32Array(8) };
  const [place] = questionOf(bundle, outputs).slopes(outputs);
  expect(place).toEqual({ output: 'a', index: 2, slope: 1 });
});

test('a pixel is of the class that the mask’s own threshold gives it, also where 0.4 is not too small', () => {
  for (const [values, value] of [
    ['probability', 0.4],
    ['logit', -0.4],
  ] as const) {
    const decode = { kind: 'segmentation', scores: 'a', values, maskThreshold: 0.3 };
    const manifest = { decode, outputs: [{ name: 'a', shape: [1, 1, 1, 1] }] };
    const bundle = { manifest, where: 'test' } as unknown as Bundle;
    const outputs = { a: Float32Array.of(value) };
    expect(questionOf(bundle, outputs).slopes(outputs)[0]!.slope).toBe(1);
  }
});
