import type { LabelledTask } from '../../src/bundle/manifest.js';
import type { Dataset } from '../datasets/sample.js';

/** The data set with at most `count` of its samples, at equal distances: sets are sorted by class or time. */
export function evenly<T extends LabelledTask>(dataset: Dataset<T>, count: number): Dataset<T> {
  const { samples } = dataset;
  if (count >= samples.length) return dataset;
  const chosen = Array.from(
    { length: count },
    (_, i) => samples[Math.floor((i * samples.length) / count)]!,
  );
  return { ...dataset, samples: chosen, problems: [...dataset.problems] };
}
