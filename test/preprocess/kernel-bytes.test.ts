import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { compileKernel, kernelModuleText, kernels } from '../../bin/build-kernel.js';

it.each(kernels)('the committed $what is what its source compiles to', async (kernel) => {
  const committed = new URL(`../../${kernel.outFile}`, import.meta.url);
  const text = kernelModuleText(await compileKernel(kernel), kernel);
  // Apart: run `npm run kernel` and commit what it writes.
  expect(readFileSync(committed, 'utf8') === text).toBe(true);
});
