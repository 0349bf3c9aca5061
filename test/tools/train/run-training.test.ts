import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { SplitStep } from '../../../tools/train/compiled/split-step.js';
import { recipeSchema } from '../../../tools/train/recipe.js';
import { runFiles } from '../../../tools/train/run-files.js';
import { runTraining } from '../../../tools/train/run-training.js';
import { tinySigns, writeTinySigns } from '../../support/tiny-signs.js';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'windshield-training-'));
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(dir, { recursive: true, force: true });
});

// Threads that live on keep the process from ending: a job that failed at night would still be there in the morning.
it('ends the threads of its step when the training fails', { timeout: 100_000 }, async () => {
  const ended = vi.spyOn(SplitStep.prototype, 'dispose');
  writeTinySigns(join(dir, 'packed'), 'train32', tinySigns([1, 2], 1));
  const outDir = join(dir, 'run');
  mkdirSync(outDir);
  writeFileSync(join(outDir, runFiles.last), 'no checkpoint');
  const recipe = recipeSchema.parse({
    task: 'signs',
    seed: 5,
    epochs: 1,
    samplesPerEpoch: 2,
    batch: 2,
    batchParts: 2,
    optimizer: { peakRate: 0.003, warmUpSteps: 1 },
    augmentation: {},
    data: [{ format: 'gtsrb-packed', folder: 'packed', split: 'train32', part: 'all' }],
  });
  const training = runTraining({
    recipe,
    dataDirs: [dir],
    outDir,
    backend: 'compiled',
    threads: 2,
    loaders: 0,
    isResumed: true,
    onNote: () => {},
    onProgress: () => {},
  });
  await expect(training).rejects.toMatchObject({ code: 'ERR_TRAINING' });
  expect(ended).toHaveBeenCalledOnce();
});
