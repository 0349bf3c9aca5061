import { NativeSession, type NativeTensor } from '../../../src/inference/native-session.js';
import type { Random } from '../random.js';
import type { OutputBuffer } from '../training-step.js';
import { parameterCount, type StepPlan, sizeOf, statisticsCount, viewsOf } from './step-plan.js';
import { gradientName, type MaskSlot, type SavedValue } from './training-graph.js';

type Tensors = Record<string, NativeTensor>;

const floats = (data: Float32Array, dims: number[]): NativeTensor => ({
  type: 'float32',
  dims,
  data,
});

/**
 * The two graphs of a plan on ONNX Runtime, on the calling thread, with all arrays that they read and write: nothing is
 * allocated after the first run. The arrays are private memory, because ONNX Runtime refuses a tensor over shared memory.
 */
export class StepSessions {
  readonly input: Float32Array;
  readonly outputs: OutputBuffer[];
  readonly parameters: Float32Array;
  readonly gradients: Float32Array;
  /** d loss / d input; undefined if the plan does not compute it. */
  readonly inputGradient: Float32Array | undefined;
  /** Batch statistics of the last forward run, in the order of the plan's slots. */
  readonly batchStatistics: Float32Array;
  readonly masks: readonly { slot: MaskSlot; data: Float32Array }[];
  readonly #forward: { session: NativeSession; feeds: Tensors; fetches: Tensors };
  readonly #backward: { session: NativeSession; feeds: Tensors; fetches: Tensors };

  /** @param threads Threads that one operator may use. */
  constructor(plan: StepPlan, threads: number) {
    this.input = new Float32Array(sizeOf(plan.inputShape));
    this.parameters = new Float32Array(parameterCount(plan));
    this.gradients = new Float32Array(this.parameters.length);
    this.batchStatistics = new Float32Array(statisticsCount(plan));
    this.masks = plan.masks.map((slot) => ({ slot, data: new Float32Array(sizeOf(slot.shape)) }));

    const parameterFeeds: Tensors = {};
    const gradientFetches: Tensors = {};
    for (const [index, { name, shape, offset, length }] of viewsOf(plan).entries()) {
      parameterFeeds[name] = floats(this.parameters.subarray(offset, offset + length), shape);
      if (plan.parameters[index]!.isFrozen) continue;
      const gradient = this.gradients.subarray(offset, offset + length);
      gradientFetches[gradientName(name)] = floats(gradient, shape);
    }
    if (plan.hasInputGradient) {
      this.inputGradient = new Float32Array(this.input.length);
      gradientFetches[gradientName(plan.inputName)] = floats(this.inputGradient, plan.inputShape);
    }
    const statisticsViews = new Map<string, Float32Array>();
    let position = 0;
    for (const { valueName, channels } of plan.statistics) {
      statisticsViews.set(valueName, this.batchStatistics.subarray(position, position + channels));
      position += channels;
    }
    const saved: Tensors = {};
    for (const value of plan.saved)
      saved[value.name] = bufferFor(value, statisticsViews.get(value.name));
    this.outputs = plan.outputs.map(({ name, shape }) => ({
      shape,
      values: saved[name]!.data as Float32Array,
      gradient: new Float32Array(sizeOf(shape)),
    }));
    const outputGradients = Object.fromEntries(
      plan.outputs.map(({ name, shape }, index) => [
        gradientName(name),
        floats(this.outputs[index]!.gradient, shape),
      ]),
    );
    const maskFeeds = Object.fromEntries(
      this.masks.map(({ slot, data }) => [slot.name, floats(data, slot.shape)]),
    );
    const shared = {
      [plan.inputName]: floats(this.input, plan.inputShape),
      ...parameterFeeds,
      ...maskFeeds,
    };
    const load = (graph: Uint8Array, name: string) =>
      NativeSession.load(graph, `training ${name}`, { intraOpThreads: threads });
    this.#forward = {
      session: load(plan.forwardGraph, 'forward'),
      feeds: shared,
      fetches: saved,
    };
    this.#backward = {
      session: load(plan.backwardGraph, 'backward'),
      feeds: { ...shared, ...saved, ...outputGradients },
      fetches: gradientFetches,
    };
  }

  /** Computes outputs and batch statistics from input, parameters and masks. */
  forward(): void {
    const { session, feeds, fetches } = this.#forward;
    session.run(feeds, fetches);
  }

  /** Computes the weights' gradients from the values that the last forward run saved and the outputs' gradients. */
  backward(): void {
    const { session, feeds, fetches } = this.#backward;
    session.run(feeds, fetches);
  }

  release(): void {
    this.#forward.session.release();
    this.#backward.session.release();
  }
}

/** Draws a dropout mask: 0 for dropped values, and for the rest the factor that keeps the mean. */
export function drawMask(mask: Float32Array, rate: number, random: Random): void {
  const kept = 1 / (1 - rate);
  for (let i = 0; i < mask.length; i++) mask[i] = random.next() < rate ? 0 : kept;
}

function bufferFor(value: SavedValue, view: Float32Array | undefined): NativeTensor {
  if (view) return floats(view, value.shape);
  const length = sizeOf(value.shape);
  if (value.dtype === 'int64') {
    return { type: 'int64', dims: value.shape, data: new BigInt64Array(length) };
  }
  return floats(new Float32Array(length), value.shape);
}
