import type { LabelledTask } from '../../../src/bundle/manifest.js';
import type { RgbImage, SampleBase, SampleOf, SignSample } from '../../datasets/sample.js';
import type { CutOut } from '../augment/paste-cut-outs.js';
import type { PictureCache } from '../picture-cache.js';
import type { Random } from '../random.js';
import type { SampleOrder } from '../sample-order.js';

/** What is pasted into street scenes; nothing unless the recipe names a source. */
export interface Pasted {
  /** Crops of single signs. */
  signCrops: readonly SignSample[];
  cutOuts: readonly CutOut[];
}

const nothing: Pasted = { signCrops: [], cutOuts: [] };

/** What augmentation may draw on beside the sample in hand. */
export class SampleStore<T extends LabelledTask = LabelledTask> {
  readonly #order: SampleOrder<T>;
  readonly #pictures: PictureCache;
  readonly pasted: Pasted;

  constructor(order: SampleOrder<T>, pictures: PictureCache, pasted: Pasted = nothing) {
    this.#order = order;
    this.#pictures = pictures;
    this.pasted = pasted;
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
