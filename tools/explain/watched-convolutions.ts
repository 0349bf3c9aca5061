import type { Bundle } from '../../src/bundle/bundle.js';
import {
  type ConvolutionsInARow,
  convolutionsInARow,
  type WatchedValue,
} from '../../src/explanation/convolutions-in-a-row.js';
import type { ConvolvedLayer } from '../../src/explanation/visual-back-prop.js';
import { itemFeeds } from '../../src/inference/item-feeds.js';
import { NativeSession } from '../../src/inference/native-session.js';
import { floatsIn } from '../../src/inference/session-tensors.js';

/** A network whose convolutions form a chain, with access to each one's output. */
export class WatchedConvolutions {
  readonly #bundle: Bundle;
  readonly #session: NativeSession;
  readonly #row: ConvolutionsInARow;

  private constructor(bundle: Bundle, session: NativeSession, row: ConvolutionsInARow) {
    this.#bundle = bundle;
    this.#session = session;
    this.#row = row;
  }

  /** Throws as convolutionsInARow does. */
  static open(bundle: Bundle): WatchedConvolutions {
    const row = convolutionsInARow(bundle);
    return new WatchedConvolutions(bundle, NativeSession.load(row.network, bundle.where), row);
  }

  /** Runs the network on one input tensor, as its manifest describes it. */
  layers(input: Float32Array): ConvolvedLayer[] {
    const answers = this.#session.answer(itemFeeds(this.#bundle, input), [...this.#row.names]);
    const values = Object.entries(answers).map(([name, tensor]): [string, WatchedValue] => [
      name,
      { dims: tensor.dims, data: floatsIn(tensor)! },
    ]);
    return this.#row.layers(Object.fromEntries(values));
  }

  /** Rows and columns of the network's input. */
  get inputSize(): { rows: number; columns: number } {
    return this.#row.inputSize;
  }

  release(): void {
    this.#session.release();
  }
}
