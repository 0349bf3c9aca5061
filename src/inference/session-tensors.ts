import type { InferenceSession, Tensor, TensorConstructor } from 'onnxruntime-common';
import type { Bundle } from '../bundle/bundle.js';
import { candidatesOf } from '../bundle/check-shapes.js';
import { elementCount } from '../bundle/golden.js';
import { tensorDtypes } from '../bundle/manifest.js';
import { firstLine } from '../frame/first-line.js';
import { hasErrorCode, PerceptionError } from '../frame/perception-error.js';
import { TensorRoom } from './tensor-room.js';

export type Tensors = Record<string, Tensor>;
/** null for an output that the run makes: its size is the network's decision, or the runtime gives new tensors. */
export type Fetches = Record<string, Tensor | null>;
type Shape = readonly (number | string)[];
export type Rooms = Readonly<Record<string, TensorRoom>>;

/** How ONNX Runtime takes tensors here: in Node and in a browser alike, but for where outputs go. */
export interface TensorRuntime {
  readonly Tensor: TensorConstructor;
  /** Whether a run writes outputs into given tensors. In a browser it gives new ones each time. */
  readonly writesInPlace: boolean;
}

/** Sizes of a shape: `batch` for the batch's name, the most candidates (or else `batch`) for any other name. */
export function sizesOf({ manifest }: Bundle, shape: Shape, batch: number): number[] {
  const batchName = manifest.input.tensor.shape[0];
  return shape.map((size) => {
    if (typeof size === 'number') return size;
    return size === batchName ? batch : (candidatesOf(manifest.decode) ?? batch);
  });
}

/** Whether the network decides the size of an output: then its own array is copied. */
function isFree({ manifest }: Bundle, shape: Shape): boolean {
  const batchName = manifest.input.tensor.shape[0];
  return shape.some((size) => typeof size === 'string' && size !== batchName);
}

/** Room for `batch` items of each output. */
export function outputRooms(bundle: Bundle, batch: number): Rooms {
  return Object.fromEntries(
    bundle.manifest.outputs.map(({ name, dtype, shape }) => [
      name,
      new TensorRoom(dtype, elementCount(sizesOf(bundle, shape, batch))),
    ]),
  );
}

export const valuesOf = (rooms: Rooms): Record<string, Float32Array> =>
  Object.fromEntries(Object.entries(rooms).map(([name, { values }]) => [name, values]));

/** A tensor over the first items of a room's storage. */
export function tensorOver(
  { Tensor }: TensorRuntime,
  room: TensorRoom,
  dims: readonly number[],
): Tensor {
  const data = room.stored.subarray(0, elementCount(dims));
  return new Tensor(room.dtype as 'float32', data as Float32Array, dims);
}

/** Tensors over the first `batch` items of each output; null for one that the run makes. */
export function fetchesOf(
  runtime: TensorRuntime,
  bundle: Bundle,
  rooms: Rooms,
  batch: number,
): Fetches {
  return Object.fromEntries(
    bundle.manifest.outputs.map(({ name, shape }) => [
      name,
      isFree(bundle, shape) || !runtime.writesInPlace
        ? null
        : tensorOver(runtime, rooms[name]!, sizesOf(bundle, shape, batch)),
    ]),
  );
}

/** The inputs that are the same for every frame. */
export function constantFeeds(runtime: TensorRuntime, { manifest }: Bundle): Tensors {
  return Object.fromEntries(
    (manifest.input.constants ?? []).map(({ name, dtype, shape, values }) => {
      const room = new TensorRoom(dtype, elementCount(shape));
      room.values.set(values);
      room.store(values.length);
      return [name, tensorOver(runtime, room, shape)];
    }),
  );
}

/** Runs once; resolves when the rooms hold the answers. Rejects with ERR_INFERENCE. */
export async function runSession(
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
    if (hasErrorCode(cause)) throw cause;
    throw new PerceptionError(
      'ERR_INFERENCE',
      `${where}: expected a run on ${provider}, found: ${firstLine(cause)}`,
      { cause },
    );
  }
}

/** Copies an output that the run made. Throws ERR_INFERENCE if it is larger than the room. */
function takeInto(room: TensorRoom, given: Tensor, what: string): void {
  if (given.size > room.values.length) {
    throw new PerceptionError(
      'ERR_INFERENCE',
      `${what}: expected at most ${room.values.length} values, found ${given.size}: a larger maxCandidates makes room`,
    );
  }
  room.take(storedIn(given));
}

type StoredTensor = Pick<Tensor, 'type' | 'data'>;

/** A tensor's data as TensorRoom stores it: in a browser, halves may come as the engine's own Float16Array. */
function storedIn({ type, data }: StoredTensor): ArrayLike<number> | ArrayLike<bigint> {
  if (type !== 'float16' || data instanceof Uint16Array) return data as Float32Array;
  const { buffer, byteOffset, length } = data as Float32Array;
  return new Uint16Array(buffer, byteOffset, length);
}

/** A tensor's values as float32, in a new array; undefined for types that no network's room holds. */
export function floatsIn(tensor: StoredTensor): Float32Array | undefined {
  const dtype = tensorDtypes.find((known) => known === tensor.type);
  if (dtype === undefined) return undefined;
  const room = new TensorRoom(dtype, tensor.data.length);
  room.take(storedIn(tensor));
  return room.values;
}
