import type { InferenceSession } from 'onnxruntime-common';
import type { Bundle } from '../bundle/bundle.js';
import { elementCount } from '../bundle/golden.js';
import { PerceptionError } from '../frame/perception-error.js';
import type { NetworkSession } from './network-session.js';
import {
  constantFeeds,
  type Fetches,
  fetchesOf,
  outputRooms,
  type Rooms,
  runSession,
  sizesOf,
  type TensorRuntime,
  type Tensors,
  tensorOver,
  valuesOf,
} from './session-tensors.js';
import { TensorRoom } from './tensor-room.js';

/** ONNX Runtime as a session needs it, in Node or in a browser. */
export interface SessionRuntime extends TensorRuntime {
  /** Loads another network with this one's provider and settings. Rejects with ERR_INFERENCE. */
  load(network: Uint8Array): Promise<InferenceSession>;
}

/** A bundle's network in ONNX Runtime, with buffers that are allocated once. */
export class OnnxNetworkSession implements NetworkSession {
  readonly provider: string;
  readonly maxBatch: number;
  readonly input: Float32Array;
  readonly outputs: Readonly<Record<string, Float32Array>>;
  readonly #session: InferenceSession;
  readonly #runtime: SessionRuntime;
  readonly #where: string;
  readonly #inputRoom: TensorRoom;
  readonly #outputRooms: Rooms;
  /** For each batch size, tensors that view the rooms above; made once. */
  readonly #batches: { feeds: Tensors; fetches: Fetches; inputSize: number }[] = [];

  constructor(
    session: InferenceSession,
    bundle: Bundle,
    provider: string,
    readonly isPartlyOnCpu: boolean,
    runtime: SessionRuntime,
  ) {
    const { input, decode } = bundle.manifest;
    const { name, dtype, shape } = input.tensor;
    this.#session = session;
    this.#runtime = runtime;
    this.#where = bundle.where;
    this.provider = provider;
    const batchSize = shape[0]!;
    // A network with a fixed batch always runs all of it; one with a named batch runs as many items as given.
    this.maxBatch =
      typeof batchSize === 'number' ? batchSize : 'maxBatch' in decode ? decode.maxBatch : 1;
    this.#inputRoom = new TensorRoom(dtype, elementCount(sizesOf(bundle, shape, this.maxBatch)));
    this.input = this.#inputRoom.values;
    this.#outputRooms = outputRooms(bundle, this.maxBatch);
    this.outputs = valuesOf(this.#outputRooms);
    const constants = constantFeeds(runtime, bundle);
    for (let batch = 1; batch <= this.maxBatch; batch++) {
      const fed = tensorOver(runtime, this.#inputRoom, sizesOf(bundle, shape, batch));
      this.#batches.push({
        feeds: { [name]: fed, ...constants },
        fetches: fetchesOf(runtime, bundle, this.#outputRooms, batch),
        inputSize: fed.size,
      });
    }
  }

  async run(batch = 1): Promise<void> {
    const tensors = this.#batches[batch - 1];
    if (tensors === undefined) {
      throw new PerceptionError(
        'ERR_INFERENCE',
        `${this.#where}: expected a batch of 1 to ${this.maxBatch}, found ${batch}`,
      );
    }
    this.#inputRoom.store(tensors.inputSize);
    const place = { where: this.#where, provider: this.provider };
    await runSession(this.#session, tensors, this.#outputRooms, place);
  }

  /** Loads the code that builds the network on demand: few bundles need it. */
  async findSaturatedSum(): Promise<string | undefined> {
    const { saturatedAnswer, saturatingSums } = await import('../onnx/saturating-sums.js');
    const sums = saturatingSums();
    const session = await this.#runtime.load(sums.network);
    try {
      const { dims, data } = sums.input;
      const { Tensor } = this.#runtime;
      const answer = await session.run({ x: new Tensor('float32', data, dims) });
      return saturatedAnswer(
        sums,
        Object.fromEntries(
          Object.entries(answer).map(([name, { data: values }]) => [name, values as Float32Array]),
        ),
      );
    } finally {
      await session.release();
    }
  }

  dispose(): Promise<void> {
    return this.#session.release();
  }
}
