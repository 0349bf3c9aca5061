import type { LabelledTask } from '../../src/bundle/manifest.js';
import type { Strength } from '../corruptions/corruption.js';
import { type CorruptionName, corrupt } from '../corruptions/corruption-table.js';
import type { Dataset, SampleOf } from '../datasets/sample.js';
import { mixSeed } from '../train/sample-order.js';

/**
 * The same labels on corrupted pictures. The random stream depends on the sample's index in the set, so that every
 * bundle gets the same drops and the same fog.
 */
export function corruptedDataset<T extends LabelledTask>(
  dataset: Dataset<T>,
  name: CorruptionName,
  strength: Strength,
  seed: number,
): Dataset<T> {
  const samples = dataset.samples.map((sample, place) => ({
    ...sample,
    load: async () => corrupt(await sample.load(), name, strength, mixSeed(seed, place)),
  })) as SampleOf[T][];
  return { ...dataset, name: `${dataset.name}, ${name} ${strength}`, samples };
}
