import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { compileKernel, kernelModuleText } from '../../bin/build-kernel.js';

it('the committed kernel is what its source compiles to', async () => {
  const committed = new URL('../../src/preprocess/gen/kernel-bytes.ts', import.meta.url);
  const text = kernelModuleText(await compileKernel());
  // Apart: run `npm run kernel` and commit what it writes.
  expect(readFileSync(committed, 'utf8') === text).toBe(true);
}, 180_000);
