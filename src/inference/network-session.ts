import type { Bundle } from '../bundle/bundle.js';
import { compareGolden, type GoldenComparison, goldenInput } from '../bundle/golden.js';
import { needsWideSums } from '../bundle/manifest.js';
import { PerceptionError } from '../frame/perception-error.js';

/** A network on one execution provider, without its kind of input. Used by one thread, one run at a time. */
interface Session {
  /** The execution provider that runs it, such as "cpu". */
  readonly provider: string;
  /** True if the provider cannot run the whole network, so that some of its nodes run on the CPU. */
  readonly isPartlyOnCpu: boolean;
  /** Output name -> float32, room for the largest batch; overwritten in place by each run. */
  readonly outputs: Readonly<Record<string, Float32Array>>;
  /** Frees the native session. It cannot run again. */
  dispose(): Promise<void>;
}

/** One loaded and checked network that reads the tensor its manifest describes. */
export interface NetworkSession extends Session {
  /** Most items in one run: 1, except for classifiers of crops. */
  readonly maxBatch: number;
  /** Where the next input is written: float32, room for maxBatch items; always the same array. */
  readonly input: Float32Array;
  /**
   * Runs the first `batch` items (1 by default) of `input`; resolves when `outputs` hold the answer. Blocks the thread
   * meanwhile. Rejects with ERR_INFERENCE.
   */
  run(batch?: number): Promise<void>;
  /**
   * Runs sums that saturate in 16 bits (`saturatingSums`) on this session's provider, with its settings. Resolves with
   * the first wrong answer, undefined if all are right. Rejects with ERR_INFERENCE. A session without it proves nothing.
   */
  findSaturatedSum?(): Promise<string | undefined>;
}

/** A network with preprocessing on the same execution provider in front of it: it reads frames. */
export interface FrameSession extends Session {
  /** Where the next frame is written, laid out as in the ring; always the same array. */
  readonly pixels: Uint8Array;
  /** Preprocesses and runs; resolves when `outputs` hold the answer. Rejects with ERR_INFERENCE. */
  run(): Promise<void>;
}

export interface Certificate extends GoldenComparison {
  isCertified: boolean;
}

/**
 * Runs the bundle's golden input once and compares. If the difference exceeds the manifest's tolerance for this provider,
 * or there is none, throws ERR_BUNDLE_UNCERTIFIED or, with `allowUncertified`, returns a result that says so. Integer
 * weights whose sums do not fit in 16 bits must also pass `findSaturatedSum`: the golden input may not saturate.
 */
export async function certify(
  session: NetworkSession,
  bundle: Bundle,
  { allowUncertified = false }: { allowUncertified?: boolean } = {},
): Promise<Certificate> {
  const { golden, manifest, where } = bundle;
  session.input.set(goldenInput(golden));
  await session.run(golden.input.shape[0]);
  const tolerance = manifest.tolerance[session.provider];
  const comparison = compareGolden(golden, session.outputs, tolerance ?? -1);
  const saturated = needsWideSums(manifest) ? await saturatedSum(session) : undefined;
  const isCertified = comparison.ok && saturated === undefined;
  if (isCertified || allowUncertified) return { ...comparison, isCertified };
  if (comparison.ok) {
    throw new PerceptionError(
      'ERR_BUNDLE_UNCERTIFIED',
      `${where}: expected ${session.provider} to add products of 8-bit weights without saturation; ${saturated}; weights of 7 bits (windshield quantize) need no such processor`,
    );
  }
  const expected =
    tolerance === undefined
      ? `a tolerance for provider ${session.provider}, found ${Object.keys(manifest.tolerance).join(', ') || 'none'}`
      : `golden outputs within ${tolerance} on ${session.provider}, found ${comparison.maxAbsDifference} at ${comparison.where}`;
  throw new PerceptionError('ERR_BUNDLE_UNCERTIFIED', `${where}: expected ${expected}`);
}

async function saturatedSum(session: NetworkSession): Promise<string | undefined> {
  if (session.findSaturatedSum === undefined) return 'its sums cannot be proven here';
  return session.findSaturatedSum();
}
