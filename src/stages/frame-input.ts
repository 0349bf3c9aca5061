import type { FrameSession, NetworkSession } from '../inference/network-session.js';
import { buildRemapTable, type KernelChoice, preprocessInto } from '../preprocess/remap-table.js';
import type { StageSetup } from './stage-setup.js';

/** What preprocesses: a kernel of this process, or the network's own execution provider. */
export type PreprocessedBy = KernelChoice['name'] | 'device';

/** Brings whole frames to a network. */
export interface FrameInput {
  readonly preprocessedBy: PreprocessedBy;
  readonly session: NetworkSession | FrameSession;
  /** Writes a frame (a ring slot, read only during the call) where the session's next run reads it. */
  take(pixels: Uint8Array): void;
}

/** Preprocessing in this thread: the remap table writes the network's tensor. Throws as buildRemapTable does. */
export function hostInput({ bundle, session, frame, camera }: StageSetup): FrameInput {
  const table = buildRemapTable(bundle.manifest.input.spec, frame, camera);
  return {
    preprocessedBy: table.kernel.name,
    session,
    take: (pixels) => preprocessInto(table, pixels, session.input),
  };
}
