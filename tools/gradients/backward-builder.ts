import { PerceptionError } from '../../src/frame/perception-error.js';
import type { NodeProto } from '../../src/onnx/gen/onnx_pb.js';
import type { NetworkGraph } from '../../src/onnx/network-graph.js';
import type { AttributeValue, OnnxData } from '../../src/onnx/onnx-graph.js';
import type { MeasuredValues } from './measured-values.js';

/**
 * Adds the nodes of the backward pass after a network's own. A value's gradient is the sum of what
 * its readers send back; `gradientOf` is complete once all of them have been processed.
 */
export class BackwardBuilder {
  readonly graph: NetworkGraph;
  readonly where: string;
  readonly #values: MeasuredValues;
  readonly #needed: ReadonlySet<string>;
  readonly #parts = new Map<string, string[]>();

  /** `needed`: the values that depend on the network's input; the others get no gradient. */
  constructor(
    graph: NetworkGraph,
    values: MeasuredValues,
    needed: ReadonlySet<string>,
    where: string,
  ) {
    this.graph = graph;
    this.#values = values;
    this.#needed = needed;
    this.where = where;
  }

  /** Adds a node and returns the name of its first output. */
  op(
    opType: string,
    inputs: string[],
    attributes: Record<string, AttributeValue> = {},
    outputs: string[] = [this.graph.fresh(`windshield/back_${opType.toLowerCase()}`)],
  ): string {
    this.graph.nodes.push(this.graph.node(opType, inputs, outputs, attributes));
    return outputs[0]!;
  }

  constant(hint: string, dims: readonly number[], data: OnnxData): string {
    return this.graph.constant(`windshield/${hint}`, dims, data);
  }

  ints(values: readonly number[]): string {
    return this.constant('ints', [values.length], BigInt64Array.from(values, BigInt));
  }

  scalar(value: number): string {
    return this.constant('scalar', [], Float32Array.of(value));
  }

  shapeOf(name: string): readonly number[] {
    return this.#values.shapeOf(name);
  }

  /**
   * The numbers of a node's input that does not depend on the network's input: bounds, sizes, scales. Undefined if the
   * input is omitted; throws if the numbers cannot be known.
   */
  numbersOf(node: NodeProto, place: number): number[] | undefined {
    const name = node.input[place];
    if (name === undefined || name === '') return undefined;
    const numbers = this.needs(name) ? undefined : this.#values.numbersOf(name);
    if (numbers === undefined) throw this.unknown(node, ` whose ${name} is not known`);
    return numbers;
  }

  needs(name: string | undefined): name is string {
    return name !== undefined && this.#needed.has(name);
  }

  /** Sends a gradient, of the value's shape, back to a value; does nothing if the value needs none. */
  send(name: string | undefined, gradient: () => string): void {
    if (!this.needs(name)) return;
    this.#parts.set(name, [...(this.#parts.get(name) ?? []), gradient()]);
  }

  /** The sum of the gradients sent back to a value so far; undefined if there are none. */
  gradientOf(name: string): string | undefined {
    const parts = this.#parts.get(name);
    if (parts === undefined) return undefined;
    const whole = parts.reduce((sum, part) => this.op('Add', [sum, part]));
    this.#parts.set(name, [whole]);
    return whole;
  }

  /** Sums a gradient over broadcast axes: from the shape of the output back to the value's own. */
  unbroadcast(gradient: string, from: readonly number[], name: string): string {
    const to = this.shapeOf(name);
    const padded = [...new Array<number>(from.length - to.length).fill(1), ...to];
    const axes = from.flatMap((size, axis) => (size !== padded[axis] ? [axis] : []));
    if (axes.length === 0 && from.length === to.length) return gradient;
    const summed =
      axes.length === 0
        ? gradient
        : this.op('ReduceSum', [gradient, this.ints(axes)], { keepdims: 1 });
    return this.op('Reshape', [summed, this.ints(to)]);
  }

  /** The error for a node without a known derivative. */
  unknown(node: NodeProto, why = ''): PerceptionError {
    return new PerceptionError(
      'ERR_USAGE',
      `${this.where}: expected operators whose derivative is known, found ${node.opType} at ${node.output[0]}${why}; --method occlusion explains any network`,
    );
  }
}

/** Turns the gradients of a node's outputs into gradients of its inputs; an output that nothing reads has none. */
export type BackwardRule = (
  builder: BackwardBuilder,
  node: NodeProto,
  gradients: readonly (string | undefined)[],
) => void;

/** A rule for nodes with one output. */
export const single =
  (rule: (builder: BackwardBuilder, node: NodeProto, gradient: string) => void): BackwardRule =>
  (builder, node, [gradient]) => {
    if (gradient !== undefined) rule(builder, node, gradient);
  };
