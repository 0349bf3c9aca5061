import type { LabelledTask } from '../../../src/bundle/manifest.js';
import { corruptByChance, stillCorruptions } from '../../corruptions/corruption-table.js';
import type { RgbImage, SampleBase, SampleOf, SignSample } from '../../datasets/sample.js';
import type { CutOut } from '../augment/paste-cut-outs.js';
import type { PictureCache } from '../picture-cache.js';
import { createRandom, type Random } from '../random.js';
import type { CorruptionRecipe } from '../recipe.js';
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

  /** The same store, each of whose pictures is corrupted with the recipe's probability, by a stream of its own. */
  corrupted(recipe: CorruptionRecipe, seed: number): SampleStore<T> {
    return new CorruptingStore(
      this.#order,
      this.#pictures,
      this.pasted,
      recipe,
      createRandom(seed),
    );
  }

  /** Any sample of the training data, each set as often as the recipe weighs it. */
  another(random: Random): SampleOf[T] {
    // Two rounds' worth of places: far ones would need a shuffle of their own each.
    return this.#order.at(random.below(2 * this.#order.count));
  }
}

class CorruptingStore<T extends LabelledTask> extends SampleStore<T> {
  readonly #recipe: CorruptionRecipe;
  readonly #random: Random;

  constructor(
    order: SampleOrder<T>,
    pictures: PictureCache,
    pasted: Pasted,
    recipe: CorruptionRecipe,
    random: Random,
  ) {
    super(order, pictures, pasted);
    this.#recipe = recipe;
    this.#random = random;
  }

  override async load(sample: SampleBase): Promise<RgbImage> {
    const { share, most, kinds = stillCorruptions } = this.#recipe;
    const isCorrupted = this.#random.chance(share);
    const picture = await super.load(sample);
    return isCorrupted ? corruptByChance(picture, kinds, most, this.#random) : picture;
  }
}
