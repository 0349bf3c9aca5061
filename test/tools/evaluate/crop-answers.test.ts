import { describe, expect, it } from 'vitest';
import type { CropOutputSpec } from '../../../src/bundle/crop-spec.js';
import { CropAnswers, otherSet } from '../../../tools/evaluate/crop-answers.js';
import { softmaxAt } from '../../../tools/evaluate/probability-calibration.js';

const decode = (changes: Partial<CropOutputSpec> = {}): CropOutputSpec => ({
  kind: 'lights',
  logits: 'state',
  classes: ['red', 'green', 'left'],
  temperature: 2,
  abstainBelow: 0.5,
  maxBatch: 4,
  cropFrom: 'traffic_light',
  cropMarginNorm: 0,
  ...changes,
});
const logit = (share: number) => Math.log(share / (1 - share));

describe('the answers of a classifier of crops', () => {
  it('stand in the order of the data’s classes, unscaled', () => {
    const answers = new CropAnswers(decode(), ['left', 'off', 'green', 'red'], 'b');
    const { logits, predictedId } = answers.of(Float32Array.of(1, 3, 2));
    expect([...logits]).toEqual([2, -Infinity, 3, 1]);
    expect([predictedId, answers.temperature]).toEqual([2, 2]);
  });

  it('are believed as they are where the network gives probabilities', () => {
    const answers = new CropAnswers(
      decode({ values: 'probabilities' }),
      ['red', 'green', 'left'],
      'b',
    );
    const { logits } = answers.of(Float32Array.of(0.7, 0.2, 0.1));
    const shares = [...softmaxAt(logits, answers.temperature)];
    for (const [id, share] of [0.7, 0.2, 0.1].entries()) expect(shares[id]).toBeCloseTo(share, 6);
  });

  it.each(['logits', 'probabilities'] as const)(
    'of each class for itself are sets of labels, whose %s multiply',
    (values) => {
      const answers = new CropAnswers(
        decode({ answers: 'labels', values }),
        ['none', 'red', 'green+left'],
        'b',
      );
      expect(answers.classes).toEqual(['none', 'red', 'green+left', otherSet]);
      const said = (...shares: number[]) =>
        answers.of(
          Float32Array.from(shares, (share) => (values === 'logits' ? 2 * logit(share) : share)),
        );
      const { logits, predictedId } = said(0.1, 0.8, 0.6);
      expect(predictedId).toBe(2);
      const shares = [...softmaxAt(logits, answers.temperature)];
      // none: 0.9 x 0.2 x 0.4; red: 0.1 x 0.2 x 0.4; green and left: 0.9 x 0.8 x 0.6; the rest of 1.
      for (const [id, share] of [0.072, 0.008, 0.432, 0.488].entries())
        expect(shares[id]).toBeCloseTo(share, 5);
      expect(said(0.1, 0.2, 0.3).predictedId).toBe(0);
      expect(said(0.9, 0.2, 0.9).predictedId).toBe(3);
    },
  );

  it('refuse a label that the network does not know', () => {
    expect(() => new CropAnswers(decode({ answers: 'labels' }), ['red+up'], 'lights')).toThrow(
      /lights: expected labels of red, green, left, joined by \+, found "up"/,
    );
  });
});
