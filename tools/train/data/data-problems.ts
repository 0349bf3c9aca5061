import { PerceptionError } from '../../../src/frame/perception-error.js';
import type { Dataset } from '../../datasets/sample.js';

/** Something wrong with the data: file (and line) with the reason. */
export type Problem = Dataset['problems'][number];

/** What becomes of bad data: left out and counted, or the end of the run. */
export type OnBadData = 'skip' | 'stop';

/** Throws ERR_DATASET with the first problem and their number, where the recipe wants to stop at bad data. */
export function stopAtProblems(problems: readonly Problem[], onBadData: OnBadData): void {
  const [first] = problems;
  if (onBadData === 'skip' || !first) return;
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
  throw new PerceptionError(
    'ERR_DATASET',
    `${first.where}: ${first.reason}${more}; the recipe stops at bad data`,
    { details: { problems: problems.slice(0, 100) } },
  );
}
