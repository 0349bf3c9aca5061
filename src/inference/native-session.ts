import './no-telemetry.js';

import { binding, initOrt } from 'onnxruntime-node/dist/binding.js';
import { PerceptionError } from '../frame/perception-error.js';

/** A tensor for the native session: row-major data of `dims`, used in place, never copied. */
export interface NativeTensor {
  readonly type: 'float32' | 'float16' | 'int32' | 'int64' | 'uint8' | 'int8' | 'bool';
  readonly dims: readonly number[];
  /** float16 is a Uint16Array of its bits. */
  readonly data: Float32Array | Int32Array | BigInt64Array | Uint8Array | Int8Array | Uint16Array;
}

export interface NativeSessionOptions {
  /** Threads that one operator may use, 1 by default; they sleep between operators instead of spinning. */
  intraOpThreads?: number;
  /** The network's integer weights need at most 16 bits for a sum of two products, so the fastest kernels are exact. */
  hasNarrowSums?: boolean;
  /** Whether the session keeps its scratch memory between runs: faster, but one arena per session. Default true. */
  keepsScratch?: boolean;
}

/** An input or output as the model declares it. */
export interface DeclaredTensor {
  name: string;
  type: NativeTensor['type'] | undefined;
  shape: (number | undefined)[];
}

/** Numbers of TensorProto.DataType in the public specification. */
const typeNames: Readonly<Record<number, NativeTensor['type']>> = {
  1: 'float32',
  2: 'uint8',
  3: 'int8',
  6: 'int32',
  7: 'int64',
  9: 'bool',
  10: 'float16',
};

function declared(raw: RawSession['inputMetadata'][number]): DeclaredTensor {
  const { name, isTensor, type, shape } = raw;
  return {
    name,
    type: isTensor ? typeNames[type] : undefined,
    shape: (shape ?? []).map((size) => (size >= 0 ? size : undefined)),
  };
}

type RawSession = InstanceType<typeof binding.InferenceSession>;
type Feeds = Parameters<RawSession['run']>[0];

/**
 * A session of ONNX Runtime's CPU provider whose `run` returns when the outputs are written. The public session
 * returns a promise, which a synchronous caller (a TensorFlow.js kernel) cannot await.
 */
export class NativeSession {
  readonly #raw: RawSession;
  readonly #name: string;

  private constructor(raw: RawSession, name: string) {
    this.#raw = raw;
    this.#name = name;
  }

  /**
   * Loads a model from its bytes. `name` is used in error messages.
   * @throws ERR_INFERENCE when ONNX Runtime refuses the model.
   */
  static load(model: Uint8Array, name: string, options: NativeSessionOptions = {}): NativeSession {
    initOrt();
    const raw = new binding.InferenceSession();
    try {
      raw.loadModel(model.buffer as ArrayBuffer, model.byteOffset, model.byteLength, {
        executionProviders: ['cpu'],
        intraOpNumThreads: options.intraOpThreads ?? 1,
        interOpNumThreads: 1,
        executionMode: 'sequential',
        enableCpuMemArena: options.keepsScratch ?? true,
        // Only fatal: errors are thrown, and would be printed as well.
        logSeverityLevel: 4,
        // Many sessions take turns: a pool that spins would take cores from the next one.
        extra: {
          session: {
            intra_op: { allow_spinning: '0' },
            // 1: x86 processors whose fast kernels saturate use those that do not.
            x64quantprecision: options.hasNarrowSums ? '0' : '1',
          },
        },
      });
    } catch (cause) {
      throw inferenceError(`a model that ONNX Runtime can load`, name, cause);
    }
    return new NativeSession(raw, name);
  }

  /**
   * Runs the model once, on the calling thread. `outputs` are written in place; the keys of both records are the
   * model's input and output names, and the caller keeps owning their buffers.
   * @throws ERR_INFERENCE when a name, type or shape does not fit or an operator fails.
   */
  run(inputs: Record<string, NativeTensor>, outputs: Record<string, NativeTensor>): void {
    try {
      this.#raw.run(located(inputs), located(outputs), {});
    } catch (cause) {
      throw inferenceError('a run without error', this.#name, cause);
    }
  }

  /**
   * Runs the model once, on the calling thread, for the named outputs: their shapes need not be known before, and their
   * buffers are new each time.
   * @throws ERR_INFERENCE when a name, type or shape does not fit or an operator fails.
   */
  answer(
    inputs: Record<string, NativeTensor>,
    outputNames: readonly string[],
  ): Record<string, NativeTensor> {
    const wanted = Object.fromEntries(outputNames.map((name) => [name, null]));
    try {
      return this.#raw.run(located(inputs), wanted, {}) as unknown as Record<string, NativeTensor>;
    } catch (cause) {
      throw inferenceError('a run without error', this.#name, cause);
    }
  }

  /** What the model declares; a type that we do not use is undefined, and so is a size that varies. */
  get inputs(): DeclaredTensor[] {
    return this.#raw.inputMetadata.map(declared);
  }

  get outputs(): DeclaredTensor[] {
    return this.#raw.outputMetadata.map(declared);
  }

  /** Frees the native session; it cannot run again. */
  release(): void {
    this.#raw.dispose();
  }
}

/** The binding requires each tensor's location. */
function located(tensors: Record<string, NativeTensor>): Feeds {
  const placed: Record<string, NativeTensor & { location: 'cpu' }> = {};
  for (const [name, tensor] of Object.entries(tensors)) {
    placed[name] = { type: tensor.type, dims: tensor.dims, data: tensor.data, location: 'cpu' };
  }
  return placed as unknown as Feeds;
}

function inferenceError(expected: string, name: string, cause: unknown): PerceptionError {
  const found = cause instanceof Error ? cause.message : String(cause);
  return new PerceptionError('ERR_INFERENCE', `${name}: expected ${expected}, found: ${found}`, {
    stage: name,
    cause,
  });
}
