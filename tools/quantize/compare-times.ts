import type { Bundle } from '../../src/bundle/bundle.js';
import { hasNarrowSums } from '../../src/bundle/manifest.js';
import { median } from '../../src/frame/median.js';
import { itemFeeds } from '../../src/inference/item-feeds.js';
import { NativeSession } from '../../src/inference/native-session.js';

/** Median milliseconds of one run of one item on one thread. */
export interface RunTime {
  /** Wall time. */
  wallMs: number;
  /** CPU time, independent of other processes; of this entire process, whose other threads are idle. */
  coreMs: number;
}

/** Each network is run at least this often, and as often as the time budget allows. */
const leastRounds = 11;
const mostRounds = 301;
const budgetMs = 4000;

/**
 * Times bundles of the same shapes in turn: each round runs every one once, so that other load on the
 * machine affects all of them alike.
 */
export function compareTimes(bundles: readonly Bundle[], item: Float32Array): RunTime[] {
  const feeds = itemFeeds(bundles[0]!, item);
  const names = bundles[0]!.manifest.outputs.map((output) => output.name);
  const runs = bundles.map(({ manifest: own, network, where }) => {
    const session = NativeSession.load(network, where, { hasNarrowSums: hasNarrowSums(own) });
    // The first answer allocates the buffers that all runs write to.
    const outputs = session.answer(feeds, names);
    return { session, outputs, wallMs: [] as number[], coreMs: [] as number[] };
  });
  const startMs = performance.now();
  const isLate = () => performance.now() - startMs > budgetMs;
  for (let round = 0; round < mostRounds && (round < leastRounds || !isLate()); round++) {
    for (const { session, outputs, wallMs, coreMs } of runs) {
      const coreBefore = process.cpuUsage();
      const before = performance.now();
      session.run(feeds, outputs);
      wallMs.push(performance.now() - before);
      const { user, system } = process.cpuUsage(coreBefore);
      coreMs.push((user + system) / 1000);
    }
  }
  return runs.map(({ session, wallMs, coreMs }) => {
    session.release();
    return { wallMs: median(wallMs), coreMs: median(coreMs) };
  });
}
