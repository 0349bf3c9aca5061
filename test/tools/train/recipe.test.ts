import { describe, expect, it } from 'vitest';
import { checkRecipe, recipeSchema } from '../../../tools/train/recipe.js';
import { recipeFingerprint } from '../../../tools/train/recipe-fingerprint.js';

const plain = {
  task: 'detection',
  seed: 3,
  epochs: 4,
  samplesPerEpoch: 16,
  batch: 8,
  optimizer: { peakRate: 0.003, warmUpSteps: 2 },
  augmentation: { flip: 0.25 },
  data: [
    { format: 'voc', folder: 'a', teacher: 't.json', optional: true },
    { format: 'kitti', folder: 'b', split: 'x', weight: 2 },
  ],
};

describe('the fingerprint of a recipe', () => {
  it('is what the first release made of it, so that its runs still resume', () => {
    expect(recipeFingerprint(recipeSchema.parse(plain))).toBe(
      'b8ed3ded7fe793f2a22e736bba5352fbeef972c9a2329eb0b11a6cd893a030dd',
    );
  });

  it('changes with what a step computes, not with how a run is judged or begun', () => {
    const of = (changes: object) => recipeFingerprint(recipeSchema.parse({ ...plain, ...changes }));
    const known = of({});
    expect(of({ epochs: 9, patience: 2, onBadData: 'stop', from: 'runs/other' })).toBe(known);
    expect(of({ freeze: ['stem'] })).not.toBe(known);
    expect(of({ schedule: { kind: 'constant' } })).not.toBe(known);
    expect(of({ augmentation: { flip: 0.25, mosaic: 0.5 } })).not.toBe(known);
    expect(of({ optimizer: { ...plain.optimizer, kind: 'sgd' } })).not.toBe(known);
  });
});

describe('a recipe', () => {
  it('names the key that is wrong', () => {
    const wrong = { ...plain, schedule: { kind: 'plateau', factor: 2 } };
    expect(() => checkRecipe(wrong, 'r.yaml')).toThrow(/^r\.yaml: schedule\.factor/);
    expect(() => checkRecipe({ ...plain, droput: 0.1 }, 'r.yaml')).toThrow(/droput/);
    // Told before the key that is missing for it.
    const { epochs, ...others } = plain as unknown as Record<string, unknown>;
    expect(() => checkRecipe({ ...others, epoch: epochs }, 'r.yaml')).toThrow(
      'unknown key "epoch"; did you mean "epochs"?',
    );
  });
});
