import { describe, expect, test } from 'vitest';
import type { Bundle } from '../../../../src/bundle/bundle.js';
import type { SteeringOutputSpec } from '../../../../src/bundle/steering-spec.js';
import { keptAnswer } from '../../../../tools/explain/measure/kept-answer.js';
import { questionOf } from '../../../../tools/gradients/question.js';

const keptOf = (changes: Partial<SteeringOutputSpec>, before: number[], after: number[]) => {
  const decode: SteeringOutputSpec = {
    ...{ kind: 'steering', steering: 'a', radPerUnit: 0.5 },
    ...{ maxAngleRad: 0.6, maxRateRadPerS: 1, wheelbaseM: 2.7, ...changes },
  };
  return keptWith(decode, [], before, after);
};

function keptWith(decode: object, outputs: object[], before: number[], after: number[]): number {
  const bundle = { manifest: { decode, outputs }, where: 'test' } as unknown as Bundle;
  const clean = { a: Float32Array.from(before) };
  const kept = keptAnswer(bundle, questionOf(bundle, clean), clean);
  return kept({ a: Float32Array.from(after) });
}

test('of an angle that has moved by half of what is another answer, half is kept', () => {
  expect(keptOf({}, [0.1], [0.2])).toBeCloseTo(0.5, 6);
  // To the right, which is positive to this network.
  expect(keptOf({ radPerUnit: -0.5 }, [0.1], [0.2])).toBeCloseTo(0.5, 6);
  // 2 x 0.2^2 x 0.5 = 0.04 rad; 2 x 0.3^2 x 0.5 = 0.09 rad.
  expect(keptOf({ response: { gain: 2, exponent: 2 } }, [0.2], [0.3])).toBeCloseTo(0.5, 6);
  expect(keptOf({ at: 1 }, [0, 0.1], [7, 0.2])).toBeCloseTo(0.5, 6);
  const distribution: SteeringOutputSpec['distribution'] = {
    bins: [-0.1, 0, 0.1],
    values: 'logits',
    read: 'largest',
  };
  expect(keptOf({ distribution }, [0, 9, 0], [0, 9, 12])).toBeCloseTo(0.5, 6);
});

describe('of a probability that has fallen from nearly 1 to a half, half is kept', () => {
  const detector = {
    ...{ networkClasses: [{ name: 'car', as: 'car' }], classes: ['car'] },
    ...{ scoreThreshold: 0.3, nms: { method: 'none' }, maxDetections: 9 },
  };
  const crops = {
    ...{ kind: 'lights', logits: 'a', classes: ['red', 'left'], temperature: 2 },
    ...{ abstainBelow: 0.3, maxBatch: 1, cropFrom: 'traffic_light', cropMarginNorm: 0 },
  };
  const mask = { kind: 'segmentation', scores: 'a', order: 'channels-first' };
  const map = [{ name: 'a', shape: [1, 1, 1, 1] }];
  const grid = { kind: 'anchor-free', output: 'a', order: 'channels-last' };
  const boxes = { boxes: 'pixels', corners: 'xyxy' };
  const queries = { kind: 'queries', logits: 'a', boxes: 'b', ...detector };

  test.each<[string, object, number[], number[]]>([
    ['lights, any number of which may apply', { ...crops, answers: 'labels' }, [8, 1], [0, 1]],
    ['lights by their probabilities', { ...crops, values: 'probabilities' }, [1, 0], [0.5, 0.5]],
    ['the second class of a mask', { ...mask, values: 'probability' }, [1], [0.5]],
    ['the first class of a mask', { ...mask, values: 'probability' }, [0.01], [0.5]],
    ['the first class of a mask of logits', { ...mask, values: 'logit' }, [-9], [0]],
    [
      'a box',
      { ...grid, ...boxes, ...detector, scores: 'probability' },
      [0, 0, 1, 1, 1],
      [0, 0, 1, 1, 0.5],
    ],
    [
      'a box by its logit',
      { ...grid, ...boxes, ...detector, scores: 'logit' },
      [0, 0, 1, 1, 9],
      [0, 0, 1, 1, 0],
    ],
    ['a query', { ...queries, activation: 'logistic' }, [9], [0]],
    ['a query beside “no object”', { ...queries, activation: 'softmax' }, [9, 0], [2, 2]],
  ])('%s', (_, decode, before, after) => {
    expect(keptWith(decode, map, before, after)).toBeCloseTo(0.5, 6);
  });

  test('a box that was half sure loses more', () => {
    const decode = { ...queries, activation: 'logistic' };
    expect(keptWith(decode, map, [-0.4], [-4])).toBeCloseTo(0.018, 3);
  });
});
