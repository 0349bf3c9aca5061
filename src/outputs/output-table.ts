import type { Output } from './output.js';
import type { OutputSettings } from './output-settings.js';
import { recordingHeldFrames } from './recording/held-frames.js';

/** One kind of output that a pipeline file can ask for. */
export interface OutputRow {
  readonly isWanted: (settings: OutputSettings) => boolean;
  /** Frames whose pixels it may hold at once; 0 where it asks for none. */
  readonly heldFrames: (settings: OutputSettings) => number;
  /** Opens it while networks load. Loads its code only then. Rejects in one clear line. */
  readonly open: (settings: OutputSettings) => Promise<Output>;
}

/** Every kind of output, one row per kind. */
export const outputTable: Readonly<Record<string, OutputRow>> = {
  zeromq: {
    isWanted: ({ publish }) => publish.zeromq !== undefined,
    heldFrames: () => 0,
    open: async (settings) => (await import('./zeromq/open-zeromq.js')).openZeromq(settings),
  },
  recording: {
    isWanted: ({ record }) => record !== undefined,
    heldFrames: ({ record }) => (record?.images ? recordingHeldFrames : 0),
    open: async (settings) =>
      (await import('./recording/recording-output.js')).openRecordingOutput(settings),
  },
};

/** How many frames the outputs that the settings ask for may hold at once. */
export function countHeldFrames(settings: OutputSettings): number {
  return Object.values(outputTable)
    .filter(({ isWanted }) => isWanted(settings))
    .reduce((sum, { heldFrames }) => sum + heldFrames(settings), 0);
}

/** Opens every output that the settings ask for, in the order of the table. */
export function openOutputs(settings: OutputSettings): Promise<Output>[] {
  return Object.values(outputTable)
    .filter(({ isWanted }) => isWanted(settings))
    .map(({ open }) => open(settings));
}
