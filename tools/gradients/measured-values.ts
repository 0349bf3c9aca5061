import { NativeSession, type NativeTensor } from '../../src/inference/native-session.js';
import { NetworkGraph } from '../../src/onnx/network-graph.js';

/** Shapes of all values that a network computes, and the numbers of short lists, measured by one run. */
export class MeasuredValues {
  readonly #shapes = new Map<string, readonly number[]>();
  readonly #numbers = new Map<string, number[]>();

  /** `feeds`: the network's inputs. Throws ERR_INFERENCE if it does not run. */
  static of(
    network: Uint8Array,
    where: string,
    feeds: Record<string, NativeTensor>,
    opset: { opset: number; purpose: string },
  ): MeasuredValues {
    const graph = NetworkGraph.read(network, where, opset);
    const names = [...new Set(graph.nodes.flatMap((node) => node.output))].filter(
      (name) => name !== '',
    );
    graph.expose(names);
    const session = NativeSession.load(graph.toBytes(), where, { keepsScratch: false });
    try {
      return new MeasuredValues(graph, { ...feeds, ...session.answer(feeds, names) });
    } finally {
      session.release();
    }
  }

  private constructor(graph: NetworkGraph, tensors: Record<string, NativeTensor>) {
    for (const [name, { dims, data }] of Object.entries(tensors)) {
      this.#shapes.set(name, dims);
      if (data.length <= largestList) this.#numbers.set(name, Array.from(data, Number));
    }
    for (const [name, tensor] of graph.constants) {
      this.#shapes.set(name, tensor.dims.map(Number));
      const numbers = graph.numbers(name, largestList);
      if (numbers !== undefined) this.#numbers.set(name, numbers);
    }
  }

  shapeOf(name: string): readonly number[] {
    const shape = this.#shapes.get(name);
    if (shape === undefined) throw new RangeError(`expected a value of the network, found ${name}`);
    return shape;
  }

  numbersOf(name: string): number[] | undefined {
    return this.#numbers.get(name);
  }
}

/** Bounds, sizes, scales and indices are short lists; longer ones are not kept. */
const largestList = 4096;
