import type { LabelledTask } from '../../../src/bundle/manifest.js';
import { corruptByChance, stillCorruptions } from '../../corruptions/corruption-table.js';
import type { RgbImage, SampleBase, SampleOf, SignSample } from '../../datasets/sample.js';
import type { CutOut } from '../augment/paste-cut-outs.js';
import type { PictureCache } from '../picture-cache.js';
import { createRandom, type Random } from '../random.js';
import type { CorruptionRecipe } from '../recipe.js';
import type { SampleOrder } from '../sample-order.js';

/** Objects to paste into street scenes; empty unless the recipe names a source. */
export interface Pasted {
  /** Crops of single signs. */
  signCrops: readonly SignSample[];
  cutOuts: readonly CutOut[];
}

const nothing: Pasted = { signCrops: [], cutOuts: [] };

/** Pictures and samples that augmentation may use besides the current sample. */
export class SampleStore<T extends LabelledTask = LabelledTask> {
  readonly #order: SampleOrder<T>;
  readonly #pictures: PictureCache;
  readonly pasted: Pasted;

  constructor(order: SampleOrder<T>, pictures: PictureCache, pasted: Pasted = nothing) {
    this.#order = order;
    this.#pictures = pictures;
    this.pasted = pasted;
  }

  /** Loads a sample's pixels. They are shared and must not be written to. */
  load(sample: SampleBase): Promise<RgbImage> {
    return this.#pictures.load(sample);
  }

  /** The same store, with each picture corrupted with the recipe's probability, drawn from its own random stream. */
  corrupted(recipe: CorruptionRecipe, seed: number): SampleStore<T> {
    return new CorruptingStore(
      this.#order,
      this.#pictures,
      this.pasted,
      recipe,
      createRandom(seed),
    );
  }

  /** A random sample of the training data; sets are drawn in proportion to their weights in the recipe. */
  another(random: Random): SampleOf[T] {
    // Only places of the first two rounds: each further round would need its own shuffle.
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
