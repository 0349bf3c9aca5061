import type { LabelledTask } from '../../src/bundle/manifest.js';
import type { Dataset } from './sample.js';

/** At most `count` of the items, evenly spaced, because sets are sorted by class or time. */
export function spreadEvenly<Item>(items: readonly Item[], count: number): Item[] {
  const wanted = Math.min(count, items.length);
  return Array.from({ length: wanted }, (_, i) => items[Math.floor((i * items.length) / wanted)]!);
}

/** The data set with at most `count` of its samples, evenly spaced. */
export function evenly<T extends LabelledTask>(dataset: Dataset<T>, count: number): Dataset<T> {
  const { samples, problems } = dataset;
  if (count >= samples.length) return dataset;
  return { ...dataset, samples: spreadEvenly(samples, count), problems: [...problems] };
}
