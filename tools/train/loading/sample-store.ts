import type { Task } from '../../../src/bundle/manifest.js';
import type { RgbImage, SampleBase, SampleOf, SignSample } from '../../datasets/sample.js';
import type { PictureCache } from '../picture-cache.js';
import type { Random } from '../random.js';
import type { SampleOrder } from '../sample-order.js';

/** What augmentation may draw on beside the sample in hand. */
export class SampleStore<T extends Task = Task> {
  readonly #order: SampleOrder<T>;
  readonly #pictures: PictureCache;
  /** Crops of signs that are pasted into street scenes; none unless the recipe names a source. */
  readonly signCrops: readonly SignSample[];

  constructor(
    order: SampleOrder<T>,
    pictures: PictureCache,
    signCrops: readonly SignSample[] = [],
  ) {
    this.#order = order;
    this.#pictures = pictures;
    this.signCrops = signCrops;
  }

  /** A sample's pixels, which many share: not to be written to. */
  load(sample: SampleBase): Promise<RgbImage> {
    return this.#pictures.load(sample);
  }

  /** Any sample of the training data, each set as often as the recipe weighs it. */
  another(random: Random): SampleOf[T] {
    // Two rounds' worth of places: far ones would need a shuffle of their own each.
    return this.#order.at(random.below(2 * this.#order.count));
  }
}
