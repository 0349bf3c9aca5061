import type { LabelledTask } from '../../../src/bundle/manifest.js';
import { hasErrorCode, PerceptionError } from '../../../src/frame/perception-error.js';
import type { Problem } from '../data/data-problems.js';
import type { WeightedDataset } from '../open-data.js';
import { PictureCache } from '../picture-cache.js';
import { createRandom } from '../random.js';
import type { Recipe } from '../recipe.js';
import { mixSeed, SampleOrder } from '../sample-order.js';
import type { TaskTraining } from '../tasks/task-training.js';
import type { Batch } from './batch.js';
import type { FilledBatch } from './batch-source.js';
import { type Pasted, SampleStore } from './sample-store.js';

export interface FillerOptions<T extends LabelledTask> {
  recipe: Recipe;
  training: TaskTraining<T>;
  data: WeightedDataset<T>[];
  pasted?: Pasted;
  /** Bytes of decoded pictures that may be kept. */
  cacheBytes: number;
}

/** A sample that does not load is replaced by the one this many places on, so that neighbours do not occur twice. */
const substituteStride = 104_729;
/** Failed samples in a row after which the run ends. */
const mostSubstitutes = 50;

/** Fills batches on any thread: the batch of a step depends on the recipe and the data alone. */
export class BatchFiller<T extends LabelledTask> {
  readonly #options: FillerOptions<T>;
  readonly #order: SampleOrder<T>;
  readonly #store: SampleStore<T>;

  constructor(options: FillerOptions<T>) {
    this.#options = options;
    this.#order = new SampleOrder(options.data, options.recipe.seed);
    this.#store = new SampleStore(
      this.#order,
      new PictureCache(options.cacheBytes),
      options.pasted,
    );
  }

  /**
   * Fills every row for a step. A sample that does not load is replaced by another and reported with every step that
   * reaches it. If the recipe stops at bad data, it rejects with the reader's ERR_DATASET, which names the file.
   */
  async fill(stepNumber: number, batch: Batch): Promise<Omit<FilledBatch, 'batch'>> {
    const rows = this.#options.recipe.batch;
    const places = Array.from({ length: rows }, (_, row) => stepNumber * rows + row);
    // Decoding runs on the thread pool for the whole batch at once; failures are handled below.
    await Promise.allSettled(places.map((place) => this.#store.load(this.#order.at(place))));
    const problems: Problem[] = [];
    const samples: string[] = [];
    for (const [row, place] of places.entries()) {
      samples.push(await this.#fillRow(batch, stepNumber, row, place, problems));
    }
    return { samples, problems };
  }

  /** The store, with corrupted pictures if the recipe has corruptions; a separate stream keeps all other draws the same. */
  #storeFor(seed: number): SampleStore<T> {
    const { corruptions } = this.#options.recipe.augmentation;
    return corruptions === undefined ? this.#store : this.#store.corrupted(corruptions, seed);
  }

  async #fillRow(
    batch: Batch,
    stepNumber: number,
    row: number,
    place: number,
    problems: Problem[],
  ): Promise<string> {
    const { recipe, training } = this.#options;
    for (let attempt = 0; attempt < mostSubstitutes; attempt++) {
      const sample = this.#order.at(place + attempt * substituteStride);
      const draw = attempt === 0 ? [stepNumber, row] : [stepNumber, row, attempt];
      const random = createRandom(mixSeed(recipe.seed, ...draw));
      try {
        await training.fill(
          batch,
          row,
          sample,
          random,
          this.#storeFor(mixSeed(recipe.seed, ...draw, 15)),
        );
        return sample.id;
      } catch (error) {
        const isBadData = hasErrorCode(error) && error.code === 'ERR_DATASET';
        if (!isBadData || recipe.onBadData === 'stop') throw error;
        problems.push({ where: sample.id, reason: error.message });
      }
    }
    throw new PerceptionError(
      'ERR_DATASET',
      `step ${stepNumber}: expected samples that load, found ${mostSubstitutes} in a row that do not, the last ${problems.at(-1)!.where}`,
    );
  }
}
