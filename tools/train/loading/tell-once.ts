import type { BatchSource } from './batch-source.js';

/**
 * The source, telling each problem with the first batch that meets it: a broken file comes up again every epoch, and
 * in every loader. Counted here, in the order of the batches, and not where they are filled: steps are filled side by
 * side, and which of them meets a file first is chance.
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
