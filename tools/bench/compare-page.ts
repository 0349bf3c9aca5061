import type { TrialResult } from './trial.js';

const rounds = 3;

export interface PageComparison {
  /** Pictures that the page fetched while it was open. */
  picturesPerSecond: number;
  /** Complete frames a second with the page divided by those without, one ratio per pair. */
  closedLoopRatios: number[];
}

/**
 * Runs pairs of closed loops with and without a page, alternating the order, so that changes of the machine's speed
 * affect both alike. `closedLoop` runs one, with a page open or without.
 */
export async function comparePage(
  closedLoop: (isOpen: boolean) => Promise<TrialResult>,
): Promise<PageComparison> {
  const closedLoopRatios: number[] = [];
  let [pictures, seconds] = [0, 0];
  for (let round = 0; round < rounds; round++) {
    const isOpenFirst = round % 2 === 1;
    const pair = [await closedLoop(isOpenFirst), await closedLoop(!isOpenFirst)];
    const [without, watched] = isOpenFirst ? pair.reverse() : pair;
    const { completeRateHz } = watched!.measured;
    closedLoopRatios.push(rounded(completeRateHz / without!.measured.completeRateHz, 4));
    pictures += watched!.pictures ?? 0;
    // Counts all frames, warm-up included, because the pictures were counted over all of them.
    seconds += watched!.report.frames.in / completeRateHz;
  }
  return { picturesPerSecond: rounded(pictures / seconds, 1), closedLoopRatios };
}

const rounded = (value: number, digits: number) => Math.round(value * 10 ** digits) / 10 ** digits;
