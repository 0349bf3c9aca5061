import type { Bundle } from '../../src/bundle/bundle.js';
import type { Question } from './asked-score.js';
import { BackwardNetwork } from './backward-network.js';
import { askedOutputs, questionOf } from './question.js';

export interface AskedOptions {
  /** Segmentation: the point to explain, as shares of the map's width and height. */
  pointNorm?: readonly [number, number];
  /** Inner values whose answers and gradients are also returned. */
  watch?: readonly string[];
  /** The question, if it does not follow from this network's own answer. */
  question?: Question;
}

/** A network with one score to explain, chosen by its answer to one input. */
export class AskedNetwork {
  readonly network: BackwardNetwork;
  readonly question: Question;
  readonly #seeds: Record<string, Float32Array>;

  /**
   * Opens the network and chooses the score by its answer to `input`. Throws as
   * BackwardNetwork.open and questionOf do.
   */
  static open(bundle: Bundle, input: Float32Array, options: AskedOptions = {}): AskedNetwork {
    const { pointNorm, watch = [], question } = options;
    const from = askedOutputs(bundle.manifest.decode);
    const network = BackwardNetwork.open(bundle, { from, watch });
    try {
      const asked = question ?? questionOf(bundle, network.forward(input), pointNorm);
      return new AskedNetwork(network, asked);
    } catch (error) {
      network.release();
      throw error;
    }
  }

  private constructor(network: BackwardNetwork, question: Question) {
    this.network = network;
    this.question = question;
    this.#seeds = Object.fromEntries(
      [...network.outputShapes].map(([name, shape]) => [
        name,
        new Float32Array(shape.reduce((all, size) => all * size, 1)),
      ]),
    );
  }

  /** The score for an input. */
  score(input: Float32Array): number {
    return this.question.score(this.network.forward(input));
  }

  /** The score's gradient with respect to the input, and to the watched values. */
  backward(input: Float32Array) {
    for (const seed of Object.values(this.#seeds)) seed.fill(0);
    for (const { output, index, slope } of this.question.slopes(this.network.forward(input)))
      this.#seeds[output]![index]! += slope;
    return this.network.backward(input, this.#seeds);
  }

  release(): void {
    this.network.release();
  }
}
