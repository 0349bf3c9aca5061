import { firstLine } from '../../src/frame/first-line.js';
import type { Dataset } from '../datasets/sample.js';

/** Samples decoded ahead of the network, on the codec's own threads. */
const aheadCount = 4;

/**
 * Loads samples in order, a few ahead of the caller. A sample that cannot be loaded is added to `problems` and
 * skipped, so that a broken picture costs one sample and not the run.
 */
export async function* loadAhead<Sample extends { id: string }, Loaded>(
  samples: readonly Sample[],
  load: (sample: Sample) => Promise<Loaded>,
  problems: Dataset['problems'],
): AsyncGenerator<{ sample: Sample; loaded: Loaded }, void, void> {
  const start = (sample: Sample) =>
    load(sample).then(
      (loaded) => ({ sample, loaded }),
      (error: unknown) => {
        problems.push({ where: sample.id, reason: firstLine(error) });
        return undefined;
      },
    );
  const pending = samples.slice(0, aheadCount).map(start);
  for (let next = pending.length; pending.length > 0; next++) {
    const result = await pending.shift();
    if (next < samples.length) pending.push(start(samples[next]!));
    if (result) yield result;
  }
}
