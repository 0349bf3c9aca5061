import { PerceptionError } from '../../../src/frame/perception-error.js';
import type { Dataset } from '../../datasets/sample.js';

/** A problem with the data: file (and line) with the reason. */
export type Problem = Dataset['problems'][number];

/** What to do with bad data: leave it out and count it, or end the run. */
export type OnBadData = 'skip' | 'stop';

/** Throws ERR_DATASET with the first problem and the number of problems, if the recipe stops at bad data. */
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
