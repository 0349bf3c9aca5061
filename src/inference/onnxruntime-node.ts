import './no-telemetry.js';

import { env, InferenceSession, Tensor } from 'onnxruntime-node';
import type { Bundle } from '../bundle/bundle.js';
import { candidatesOf } from '../bundle/check-shapes.js';
import { elementCount } from '../bundle/golden.js';
import { hasNarrowSums } from '../bundle/manifest.js';
import { hasErrorCode, PerceptionError } from '../frame/perception-error.js';
import { checkSession } from './check-session.js';
import type { FrameSession, NetworkSession } from './network-session.js';
import { TensorRoom } from './tensor-room.js';

// Errors come back as rejections; what ONNX Runtime prints beside them, in red for a provider that another one of
// the list stands in for, helps nobody.
env.logLevel = 'fatal';

export interface SessionSettings {
  /** Execution providers in the order they are tried, such as ["tensorrt", "cuda", "cpu"]. */
  providers: readonly string[];
  /** Threads inside one operator; 1 is best where several lanes share few cores. */
  intraOpThreads?: number;
}

/**
 * Loads a bundle's network on the first of the asked execution providers that loads it and survives a run, and
 * checks names, types and shapes of the session against the manifest.
 * Throws ERR_PROVIDER_UNAVAILABLE (none of the list works; each one's reason is in the message), ERR_BUNDLE (the
 * CPU refuses the network: it is broken) or ERR_BUNDLE_SHAPE (the network is not what the manifest says).
 */
export async function createNetworkSession(
  bundle: Bundle,
  settings: SessionSettings,
): Promise<NetworkSession> {
  const reasons: string[] = [];
  for (const provider of settings.providers) {
    const loaded = await tryLoad(bundle, provider, settings.intraOpThreads ?? 1);
    if (typeof loaded === 'string') {
      reasons.push(`${provider} (${loaded})`);
      continue;
    }
    const { session, isPartlyOnCpu } = loaded;
    try {
      checkSession(session, bundle.manifest, bundle.where);
      const network = new OnnxNetworkSession(session, bundle, provider, isPartlyOnCpu);
      await network.run();
      return network;
    } catch (error) {
      await session.release();
      if (!hasErrorCode(error) || error.code !== 'ERR_INFERENCE') throw error;
      if (provider === 'cpu') throw error;
      reasons.push(`${provider} (${error.message})`);
    }
  }
  throw new PerceptionError(
    'ERR_PROVIDER_UNAVAILABLE',
    `${bundle.where}: expected an execution provider that runs, of ${settings.providers.join(', ') || 'an empty list'}; found none: ${reasons.join('; ')}`,
  );
}

/**
 * Loads `network`, which is the bundle's with preprocessing in front of it, on the provider that its certified
 * session runs on. `frame`: name and shape of its uint8 input. Throws ERR_PROVIDER_UNAVAILABLE when the provider
 * cannot run it.
 */
export async function createFrameSession(
  bundle: Bundle,
  network: Uint8Array,
  provider: string,
  frame: { name: string; shape: readonly [number, number] },
): Promise<FrameSession> {
  const loaded = await tryLoad({ ...bundle, network }, provider, 1);
  if (typeof loaded === 'string') {
    throw new PerceptionError(
      'ERR_PROVIDER_UNAVAILABLE',
      `${bundle.where}: expected ${provider} to run preprocessing in front of the network, found: ${loaded}; preprocess: host does without`,
    );
  }
  const { session, isPartlyOnCpu } = loaded;
  const pixels = new Uint8Array(frame.shape[0] * frame.shape[1]);
  let feeds: Tensors = { [frame.name]: new Tensor('uint8', pixels, frame.shape) };
  const rooms = outputRooms(bundle, 1);
  const fetches = fetchesOf(bundle, rooms, 1);
  feeds = { ...feeds, ...constantFeeds(bundle) };
  return {
    provider,
    isPartlyOnCpu,
    pixels,
    outputs: valuesOf(rooms),
    run: () => runSession(session, { feeds, fetches }, rooms, { where: bundle.where, provider }),
    dispose: () => session.release(),
  };
}

type Shape = readonly (number | string)[];
type Rooms = Readonly<Record<string, TensorRoom>>;

/** Sizes with `batch` where the shape has the batch's name, and room for the candidates where it has another. */
function sizesOf({ manifest }: Bundle, shape: Shape, batch: number): number[] {
  const batchName = manifest.input.tensor.shape[0];
  return shape.map((size) => {
    if (typeof size === 'number') return size;
    return size === batchName ? batch : (candidatesOf(manifest.decode) ?? batch);
  });
}

/** Whether a network decides itself how large an output is: then its own array is taken, and copied. */
function isFree({ manifest }: Bundle, shape: Shape): boolean {
  const batchName = manifest.input.tensor.shape[0];
  return shape.some((size) => typeof size === 'string' && size !== batchName);
}

/** Room for `batch` items of each output. */
function outputRooms(bundle: Bundle, batch: number): Rooms {
  return Object.fromEntries(
    bundle.manifest.outputs.map(({ name, dtype, shape }) => [
      name,
      new TensorRoom(dtype, elementCount(sizesOf(bundle, shape, batch))),
    ]),
  );
}

const valuesOf = (rooms: Rooms): Record<string, Float32Array> =>
  Object.fromEntries(Object.entries(rooms).map(([name, { values }]) => [name, values]));

/** A tensor over the first items of a room's storage. */
function tensorOver(room: TensorRoom, dims: readonly number[]): Tensor {
  const data = room.stored.subarray(0, elementCount(dims));
  // Where the engine has float16 arrays, ONNX Runtime takes no other.
  const halves = (globalThis as { Float16Array?: new (...place: unknown[]) => unknown })
    .Float16Array;
  const isHalf = room.dtype === 'float16' && halves !== undefined;
  const view = isHalf ? new halves(data.buffer, data.byteOffset, data.length) : data;
  return new Tensor(room.dtype as 'float32', view as Float32Array, dims);
}

/** Tensors over the first `batch` items of each output; null where the network sizes it itself. */
function fetchesOf(bundle: Bundle, rooms: Rooms, batch: number): Fetches {
  return Object.fromEntries(
    bundle.manifest.outputs.map(({ name, shape }) => [
      name,
      isFree(bundle, shape) ? null : tensorOver(rooms[name]!, sizesOf(bundle, shape, batch)),
    ]),
  );
}

/** The inputs that are the same for every frame. */
function constantFeeds({ manifest }: Bundle): Tensors {
  return Object.fromEntries(
    (manifest.input.constants ?? []).map(({ name, dtype, shape, values }) => {
      const room = new TensorRoom(dtype, elementCount(shape));
      room.values.set(values);
      room.store(values.length);
      return [name, tensorOver(room, shape)];
    }),
  );
}

async function runSession(
  session: InferenceSession,
  { feeds, fetches }: { feeds: Tensors; fetches: Fetches },
  rooms: Rooms,
  { where, provider }: { where: string; provider: string },
): Promise<void> {
  try {
    const given = await session.run(feeds, fetches);
    for (const name in rooms) {
      const fetched = fetches[name];
      if (fetched === null) takeInto(rooms[name]!, given[name]!, `${where}: output ${name}`);
      else rooms[name]!.load(fetched!.size);
    }
  } catch (cause) {
    if (cause instanceof PerceptionError) throw cause;
    throw new PerceptionError(
      'ERR_INFERENCE',
      `${where}: expected a run on ${provider}, found: ${firstLine(cause)}`,
      { cause },
    );
  }
}

/** Copies an output that the network sized itself. Throws ERR_INFERENCE where it is larger than the room. */
function takeInto(room: TensorRoom, given: Tensor, what: string): void {
  if (given.size > room.values.length) {
    throw new PerceptionError(
      'ERR_INFERENCE',
      `${what}: expected at most ${room.values.length} values, found ${given.size}: a larger maxCandidates makes room`,
    );
  }
  room.take(given.data as Float32Array);
}

interface Loaded {
  session: InferenceSession;
  isPartlyOnCpu: boolean;
}

/**
 * The session, or why the provider cannot be had. ONNX Runtime gives nodes that a provider cannot run to the CPU
 * without a word; it is asked to refuse first, so that what then loads with their help can be told apart.
 */
async function tryLoad(
  bundle: Bundle,
  provider: string,
  intraOpThreads: number,
): Promise<Loaded | string> {
  try {
    if (provider === 'cpu')
      return { session: await load(bundle, provider, intraOpThreads, false), isPartlyOnCpu: false };
    const whole = await load(bundle, provider, intraOpThreads, true).catch((cause) => {
      if (/fallback to CPU EP/i.test(String(cause))) return undefined;
      throw cause;
    });
    if (whole !== undefined) return { session: whole, isPartlyOnCpu: false };
    return { session: await load(bundle, provider, intraOpThreads, false), isPartlyOnCpu: true };
  } catch (cause) {
    const reason = firstLine(cause);
    if (provider !== 'cpu') return reason;
    throw new PerceptionError(
      'ERR_BUNDLE',
      `${bundle.where}/${bundle.manifest.network.file}: expected a network that ONNX Runtime can load, found: ${reason}`,
      { cause },
    );
  }
}

function load(
  bundle: Bundle,
  provider: string,
  intraOpThreads: number,
  refusesCpu: boolean,
): Promise<InferenceSession> {
  return InferenceSession.create(bundle.network, {
    executionProviders: [provider],
    intraOpNumThreads: intraOpThreads,
    interOpNumThreads: 1,
    graphOptimizationLevel: 'all',
    logSeverityLevel: 4,
    extra: {
      session: {
        // Several lanes share the cores: a pool that spins while it waits takes them from the others.
        intra_op: { allow_spinning: '0' },
        // 1: x86 processors whose fast kernels saturate take the ones that do not. The others ignore it.
        x64quantprecision: hasNarrowSums(bundle.manifest) ? '0' : '1',
        ...(refusesCpu && { disable_cpu_ep_fallback: '1' }),
      },
    },
  });
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0]!.trim();
}

type Tensors = Record<string, Tensor>;
type Fetches = Record<string, Tensor | null>;

class OnnxNetworkSession implements NetworkSession {
  readonly provider: string;
  readonly maxBatch: number;
  readonly input: Float32Array;
  readonly outputs: Readonly<Record<string, Float32Array>>;
  readonly #session: InferenceSession;
  readonly #bundle: Bundle;
  readonly #where: string;
  readonly #inputRoom: TensorRoom;
  readonly #outputRooms: Rooms;
  /** For each batch size, tensors that view the rooms above: made once, used for ever. */
  readonly #batches: { feeds: Tensors; fetches: Fetches; inputSize: number }[] = [];

  constructor(
    session: InferenceSession,
    bundle: Bundle,
    provider: string,
    readonly isPartlyOnCpu: boolean,
  ) {
    const { input, decode } = bundle.manifest;
    const { name, dtype, shape } = input.tensor;
    this.#session = session;
    this.#bundle = bundle;
    this.#where = bundle.where;
    this.provider = provider;
    const batchSize = shape[0]!;
    // A network whose batch is fixed always runs whole; one with a named batch runs as many as there are.
    this.maxBatch =
      typeof batchSize === 'number' ? batchSize : 'maxBatch' in decode ? decode.maxBatch : 1;
    this.#inputRoom = new TensorRoom(dtype, elementCount(sizesOf(bundle, shape, this.maxBatch)));
    this.input = this.#inputRoom.values;
    this.#outputRooms = outputRooms(bundle, this.maxBatch);
    this.outputs = valuesOf(this.#outputRooms);
    const constants = constantFeeds(bundle);
    for (let batch = 1; batch <= this.maxBatch; batch++) {
      const fed = tensorOver(this.#inputRoom, sizesOf(bundle, shape, batch));
      this.#batches.push({
        feeds: { [name]: fed, ...constants },
        fetches: fetchesOf(bundle, this.#outputRooms, batch),
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

  /** The code that builds the network is loaded when it is asked for: few bundles need it. */
  async findSaturatedSum(): Promise<string | undefined> {
    const { saturatedAnswer, saturatingSums } = await import('../onnx/saturating-sums.js');
    const sums = saturatingSums();
    const { provider } = this;
    const probe = { ...this.#bundle, network: sums.network };
    const loaded = await tryLoad(probe, provider, 1);
    if (typeof loaded === 'string') {
      throw new PerceptionError(
        'ERR_INFERENCE',
        `${this.#where}: expected ${provider} to load a network of integers, found: ${loaded}`,
      );
    }
    const { session } = loaded;
    try {
      const { dims, data } = sums.input;
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
