import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { crossValidate, foldedMetrics, foldsFile } from '../../../tools/train/cross-validate.js';
import { recipeSchema } from '../../../tools/train/recipe.js';
import { runTraining, type TrainingRequest } from '../../../tools/train/run-training.js';
import { tinySigns, writeTinySigns } from '../../support/tiny-signs.js';

let dir: string;
describe('cross-validation', () => {
  it('tells mean and spread of what all folds have', () => {
    const folded = foldedMetrics([{ a: 1, b: 5 }, { a: 2 }, { a: 6 }]);
    expect(Object.keys(folded)).toEqual(['a']);
    expect(folded['a']).toEqual({ mean: 3, deviation: Math.sqrt(7), values: [1, 2, 6] });
    expect(foldedMetrics([{ a: 4 }])['a']).toMatchObject({ mean: 4, deviation: 0 });
  });
});

// The whole way with the real sign network: half a minute on a machine that has other things to do.
describe('training from end to end', { timeout: 400_000 }, () => {
  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'windshield-folds-'));
    writeTinySigns(join(dir, 'packed'), 'train32', tinySigns([1, 2, 13, 14], 2));
    const others = tinySigns([1, 14], 1).map((sign) => ({ ...sign, track: 9 }));
    writeTinySigns(join(dir, 'packed'), 'val32', others);
  });
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  it("cross-validates, and begins a network for a user's own classes with a fold's weights", async () => {
    const notes: string[] = [];
    const plain = {
      task: 'signs',
      seed: 5,
      epochs: 1,
      samplesPerEpoch: 8,
      batch: 8,
      optimizer: { peakRate: 0.003, warmUpSteps: 1 },
      augmentation: {},
      data: [{ format: 'gtsrb-packed', folder: 'packed', split: 'train32', part: 'all' }],
    };
    const request = (changes: object, outDir: string): TrainingRequest => ({
      recipe: recipeSchema.parse({ ...plain, ...changes }),
      dataDirs: [dir],
      outDir: join(dir, outDir),
      backend: 'compiled',
      threads: 1,
      // On a thread of its own, as by default, where one run is enough to show it.
      loaders: outDir === 'own' ? 1 : 0,
      isResumed: false,
      onNote: (line) => notes.push(line),
      onProgress: () => {},
    });
    const folded = await crossValidate(request({}, 'folds'), 2);
    expect(folded).toMatchObject({ folds: 2, steps: [1, 1], isComplete: true });
    expect(folded.metrics['accuracy']!.values).toHaveLength(2);
    const written = JSON.parse(readFileSync(join(dir, 'folds', foldsFile), 'utf8'));
    expect(written).toEqual(folded);
    expect(existsSync(join(dir, 'folds', 'fold-2', 'last.checkpoint'))).toBe(true);

    const own = {
      classes: { limit: ['speed_limit_30', 'speed_limit_50'], halt: ['stop', 'yield'] },
      from: join(dir, 'folds', 'fold-1'),
      freeze: ['stage*'],
      validation: [{ ...plain.data[0], split: 'val32' }],
    };
    const { history } = await runTraining(request(own, 'own'));
    expect(notes.join('\n')).toMatch(/the weights of \d+ of \d+ layers\n {2}logits begins afresh/);
    expect(history.at(-1)?.metrics?.['accuracy']).toBeGreaterThanOrEqual(0);
  });
});
