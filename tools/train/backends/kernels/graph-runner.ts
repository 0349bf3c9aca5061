import {
  NativeSession,
  type NativeSessionOptions,
  type NativeTensor,
} from '../../../../src/inference/native-session.js';
import { OnnxGraph } from '../../../../src/onnx/onnx-graph.js';
import type { tf } from '../../../layers-to-onnx/tf.js';
import { floatsOf, type HeapBackend, sizeOf } from './heap-backend.js';

/** A float32 tensor and the shape in which the graph sees it: same size, same order of values. */
export interface Operand {
  tensor: tf.TensorInfo;
  /** The tensor's own shape when absent. */
  dims?: readonly number[];
}

/** A result: the shape of the new tensor, and the shape in which the graph writes it. */
export interface Result {
  shape: number[];
  dims?: readonly number[];
}

/** Adds a kernel's nodes to `graph`. Receives the names of the inputs in order, returns those of the outputs. */
export type GraphBody = (graph: OnnxGraph, ...inputs: string[]) => string[];

/** A session with more scratch memory than this releases it: freeing the memory is worth the page faults. */
const largestKeptScratchBytes = 64 * 2 ** 20;

interface CompiledGraph {
  session: NativeSession;
  outputNames: string[];
}

/**
 * Runs small ONNX graphs on tensors of the wasm heap, in place, on the calling thread. A graph is built and
 * loaded when its key first occurs and kept for the life of the runner; each worker thread has its own runner.
 */
export class GraphRunner {
  readonly #graphs = new Map<string, CompiledGraph>();
  readonly #options: NativeSessionOptions;

  constructor(options: NativeSessionOptions = {}) {
    this.#options = options;
  }

  /** Graphs built so far. */
  get size(): number {
    return this.#graphs.size;
  }

  /**
   * Runs the graph that `name`, `attributes` and all shapes identify; `body` builds it if it is new.
   * `attributes` must hold every value besides the shapes on which `body` depends.
   * @returns one new float32 tensor for each of `results`
   * @throws ERR_INFERENCE when ONNX Runtime refuses the graph
   */
  run(
    backend: HeapBackend,
    name: string,
    attributes: unknown,
    operands: readonly Operand[],
    results: readonly Result[],
    body: GraphBody,
  ): tf.TensorInfo[] {
    const inputDims = operands.map(({ tensor, dims }) => dims ?? tensor.shape);
    const outputDims = results.map(({ shape, dims }) => dims ?? shape);
    const key = JSON.stringify([name, attributes, inputDims, outputDims]);
    let graph = this.#graphs.get(key);
    if (graph === undefined) {
      graph = this.#compile(name, inputDims, outputDims, body);
      this.#graphs.set(key, graph);
    }

    const outputs = results.map(({ shape }) => backend.makeOutput(shape, 'float32'));
    // After the outputs are allocated: that may have moved the heap.
    const feeds: Record<string, NativeTensor> = {};
    operands.forEach(({ tensor }, i) => {
      feeds[inputName(i)] = nativeView(backend, tensor, inputDims[i]!);
    });
    const fetches: Record<string, NativeTensor> = {};
    outputs.forEach((tensor, i) => {
      fetches[graph.outputNames[i]!] = nativeView(backend, tensor, outputDims[i]!);
    });
    graph.session.run(feeds, fetches);
    return outputs;
  }

  #compile(
    name: string,
    inputDims: readonly (readonly number[])[],
    outputDims: readonly (readonly number[])[],
    body: GraphBody,
  ): CompiledGraph {
    const graph = new OnnxGraph(name);
    const inputNames = inputDims.map((dims, i) => graph.input(inputName(i), [...dims]));
    const outputNames = body(graph, ...inputNames);
    outputNames.forEach((output, i) => {
      graph.output(output, [...outputDims[i]!]);
    });
    const floats = [...inputDims, ...outputDims].reduce((sum, dims) => sum + sizeOf(dims), 0);
    const session = NativeSession.load(graph.toBytes(), name, {
      keepsScratch: floats * 4 <= largestKeptScratchBytes,
      ...this.#options,
    });
    return { session, outputNames };
  }
}

function inputName(index: number): string {
  return `input_${index}`;
}

function nativeView(
  backend: HeapBackend,
  tensor: tf.TensorInfo,
  dims: readonly number[],
): NativeTensor {
  return { type: 'float32', dims, data: floatsOf(backend, tensor) };
}
