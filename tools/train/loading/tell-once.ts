import type { BatchSource } from './batch-source.js';

/**
 * Wraps the source so that each problem is reported only with the first batch that has it: a broken file recurs every
 * epoch and in every loader. Filtered here, in the order of the batches, because batches are filled in
 * parallel and it is chance which of them reaches a file first.
 */
export function tellOnce(source: BatchSource): BatchSource {
  const told = new Set<string>();
  return {
    async next(stepNumber) {
      const filled = await source.next(stepNumber);
      const problems = filled.problems.filter(({ reason }) => {
        if (told.has(reason)) return false;
        told.add(reason);
        return true;
      });
      return { ...filled, problems };
    },
    close: () => source.close(),
  };
}
