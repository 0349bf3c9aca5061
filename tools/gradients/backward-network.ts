import type { Bundle } from '../../src/bundle/bundle.js';
import { PerceptionError } from '../../src/frame/perception-error.js';
import { itemFeeds } from '../../src/inference/item-feeds.js';
import { NativeSession, type NativeTensor } from '../../src/inference/native-session.js';
import { NetworkGraph } from '../../src/onnx/network-graph.js';
import { BackwardBuilder, type BackwardRule } from './backward-builder.js';
import { convolutionRule, transposedConvolutionRule } from './convolution-rules.js';
import { matrixRules } from './matrix-rules.js';
import { MeasuredValues } from './measured-values.js';
import { pointwiseRules } from './pointwise-rules.js';
import { poolingRules } from './pooling-rules.js';
import { resizeRule } from './resize-rule.js';
import { shapeRules } from './shape-rules.js';

const rules: Readonly<Record<string, BackwardRule>> = {
  Conv: convolutionRule,
  ConvTranspose: transposedConvolutionRule,
  Resize: resizeRule,
  ...pointwiseRules,
  ...matrixRules,
  ...poolingRules,
  ...shapeRules,
};

const needs = { opset: 17, purpose: 'its backward pass' } as const;

export interface BackwardOptions {
  /** The outputs whose gradients will be passed to `backward`. */
  from: readonly string[];
  /** Items in one run: 1 unless the network's first dimension varies. */
  batch?: number;
  /** Inner values whose answers and gradients are also returned. */
  watch?: readonly string[];
}

/** Result of one backward pass, in new arrays. */
export interface BackwardAnswer {
  /** Gradient of the input, of its shape. */
  input: Float32Array;
  /** For each watched value its answer and its gradient; values that do not affect the outputs are omitted. */
  watched: ReadonlyMap<string, { value: Float32Array; gradient: Float32Array; shape: number[] }>;
}

/**
 * A bundle's network with its backward pass, written as ONNX nodes after its own: from gradients of its outputs to the
 * gradient of its input. Runs on the CPU, on the calling thread.
 */
export class BackwardNetwork {
  /** Shape of the input, and of each output in `from`. */
  readonly inputShape: readonly number[];
  readonly outputShapes: ReadonlyMap<string, readonly number[]>;
  readonly #bundle: Bundle;
  readonly #batch: number;
  readonly #forward: NativeSession;
  readonly #both: NativeSession;
  readonly #seeds: ReadonlyMap<string, string>;
  readonly #inputGradient: string;
  readonly #watched: ReadonlyMap<string, string>;

  /**
   * Throws ERR_USAGE for a network of integers or half floats, and for one with an operator without a known derivative;
   * ERR_BUNDLE or ERR_INFERENCE if it cannot be loaded.
   */
  static open(bundle: Bundle, options: BackwardOptions): BackwardNetwork {
    return new BackwardNetwork(bundle, options);
  }

  private constructor(bundle: Bundle, { from, batch = 1, watch = [] }: BackwardOptions) {
    const { where, network, manifest } = bundle;
    const { tensor } = manifest.input;
    requireFloats(bundle);
    this.#bundle = bundle;
    this.#batch = batch;
    this.inputShape = tensor.shape.map((size) => (typeof size === 'string' ? batch : size));
    const zeros = new Float32Array(this.inputShape.reduce((all, size) => all * size, 1));
    const feeds = this.#feeds(zeros);
    const values = MeasuredValues.of(network, where, feeds, needs);
    this.outputShapes = new Map(from.map((name) => [name, values.shapeOf(name)]));
    const graph = NetworkGraph.read(network, where, needs);
    const builder = new BackwardBuilder(graph, values, dependents(graph, tensor.name), where);
    const seeds = from.map((name) => {
      const seed = graph.addInput(`windshield/gradient_of_${name}`, values.shapeOf(name));
      builder.send(name, () => seed);
      return [name, seed] as const;
    });
    this.#seeds = new Map(seeds);
    for (const node of [...graph.nodes].reverse()) {
      const gradients = node.output.map((name) => builder.gradientOf(name));
      if (gradients.every((gradient) => gradient === undefined)) continue;
      const rule = Object.hasOwn(rules, node.opType) ? rules[node.opType]! : undefined;
      if (rule === undefined) throw builder.unknown(node);
      rule(builder, node, gradients);
    }
    const inputGradient = builder.gradientOf(tensor.name);
    if (inputGradient === undefined)
      throw new PerceptionError(
        'ERR_USAGE',
        `${where}: expected ${from.join(', ')} to depend on ${tensor.name}, found that it does not`,
      );
    this.#inputGradient = inputGradient;
    this.#watched = new Map(
      watch.flatMap((name) => {
        const gradient = builder.gradientOf(name);
        return gradient === undefined ? [] : [[name, gradient] as const];
      }),
    );
    graph.expose([inputGradient, ...[...this.#watched].flat()]);
    this.#forward = NativeSession.load(network, where);
    this.#both = NativeSession.load(graph.toBytes(), where);
  }

  /** The network's answers, in new arrays. */
  forward(input: Float32Array): Record<string, Float32Array> {
    const names = [...this.#seeds.keys()];
    const answers = this.#forward.answer(this.#feeds(input), names);
    return Object.fromEntries(names.map((n) => [n, answers[n]!.data as Float32Array]));
  }

  /** Computes the gradient of the input from the gradient of each output in `from`. */
  backward(input: Float32Array, gradients: Readonly<Record<string, Float32Array>>): BackwardAnswer {
    const feeds = this.#feeds(input);
    for (const [name, seed] of this.#seeds)
      feeds[seed] = {
        type: 'float32',
        dims: this.outputShapes.get(name)!,
        data: gradients[name]!,
      };
    const answers = this.#both.answer(feeds, [this.#inputGradient, ...[...this.#watched].flat()]);
    const dataOf = (name: string) => answers[name]!.data as Float32Array;
    const watched = [...this.#watched].map(([name, gradient]) => {
      const shape = [...answers[name]!.dims];
      return [name, { value: dataOf(name), gradient: dataOf(gradient), shape }] as const;
    });
    return { input: dataOf(this.#inputGradient), watched: new Map(watched) };
  }

  release(): void {
    this.#forward.release();
    this.#both.release();
  }

  #feeds(input: Float32Array): Record<string, NativeTensor> {
    return itemFeeds(this.#bundle, input, this.#batch);
  }
}

/** Every value that depends on the input. */
function dependents(graph: NetworkGraph, input: string): Set<string> {
  const found = new Set([input]);
  for (const node of graph.nodes) {
    // The results of these depend on a value's shape or jump with its numbers: they have no gradient.
    if (['Shape', 'Size', 'ConstantOfShape', 'NonZero', 'ArgMax'].includes(node.opType)) continue;
    if (node.input.some((name) => found.has(name))) for (const name of node.output) found.add(name);
  }
  return found;
}

function requireFloats({ manifest, where }: Bundle): void {
  const { quantisation, input } = manifest;
  const found =
    quantisation?.precision === 'int8'
      ? 'a quantised one'
      : quantisation !== undefined || input.tensor.dtype !== 'float32'
        ? `one of ${quantisation?.precision ?? input.tensor.dtype}`
        : undefined;
  if (found !== undefined)
    throw new PerceptionError(
      'ERR_USAGE',
      `${where}: gradients expect a network of float32, found ${found}; explain its float32 twin, or use --method occlusion`,
    );
}
