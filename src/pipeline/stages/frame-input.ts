import { frameBytes } from '../../frame/frame.js';
import type { FrameSession, NetworkSession } from '../../inference/network-session.js';
import { createFrameSession } from '../../inference/onnxruntime-node.js';
import { putInFront } from '../../onnx/put-in-front.js';
import { frameInputName, preprocessGraph } from '../../preprocess/device/preprocess-graph.js';
import {
  buildRemapTable,
  type KernelChoice,
  preprocessInto,
} from '../../preprocess/remap-table.js';
import type { StageSetup } from './stage-runner.js';

/** What preprocesses: a kernel of this process, or the network's own execution provider. */
export type PreprocessedBy = KernelChoice['name'] | 'device';

/** Brings whole frames to a network. */
export interface FrameInput {
  readonly preprocessedBy: PreprocessedBy;
  readonly session: NetworkSession | FrameSession;
  /** Writes a frame (a ring slot, read only during the call) where the session's next run reads it. */
  take(pixels: Uint8Array): void;
}

/** Preprocessing here: the remap table writes the network's tensor. Throws as buildRemapTable does. */
export function hostInput({ bundle, session, frame, camera }: StageSetup): FrameInput {
  const table = buildRemapTable(bundle.manifest.input.spec, frame, camera);
  return {
    preprocessedBy: table.kernel.name,
    session,
    take: (pixels) => preprocessInto(table, pixels, session.input),
  };
}

/**
 * Preprocessing where the network runs: the same table as a graph in front of it, so that the frame's bytes alone
 * travel there. Throws as hostInput does, or ERR_PROVIDER_UNAVAILABLE.
 */
export async function deviceInput(setup: StageSetup): Promise<FrameInput> {
  const { bundle, session: certified, frame, camera } = setup;
  const { spec, tensor } = bundle.manifest.input;
  // The kernel is not run: the plain one costs nothing to prepare.
  const table = buildRemapTable(spec, frame, camera, 'typescript');
  const network = putInFront(preprocessGraph(table, tensor.name), bundle.network, tensor.name);
  const rows = frameBytes(frame) / frame.strideBytes;
  const session = await createFrameSession(bundle, network, certified.provider, {
    name: frameInputName,
    shape: [rows, frame.strideBytes],
  });
  return { preprocessedBy: 'device', session, take: (pixels) => session.pixels.set(pixels) };
}
