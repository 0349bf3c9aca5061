import type { LabelledTask } from '../../src/bundle/manifest.js';
import type { SampleOf } from '../datasets/sample.js';
import type { WeightedDataset } from './open-data.js';

/**
 * A set's samples, in which a sample occurs as often as the largest of the recipe's `repeat` factors among the classes of
 * its boxes (the repeat factors of Gupta et al. 2019, given instead of derived).
 */
export function repeatRare<T extends LabelledTask>({
  dataset,
  source,
}: WeightedDataset<T>): SampleOf[T][] {
  const times = source?.repeat;
  if (!times) return dataset.samples;
  return dataset.samples.flatMap((sample) => {
    const boxes = 'boxes' in sample ? sample.boxes : [];
    const most = boxes.reduce(
      (most, { className, weight }) => Math.max(most, weight > 0 ? (times[className] ?? 1) : 1),
      1,
    );
    return Array.from({ length: most }, () => sample);
  });
}
