import type { Output } from './output.js';
import type { OutputRow } from './output-row.js';
import type { OutputSettings } from './output-settings.js';
import { recordingHeldFrames } from './recording/held-frames.js';

/** Every kind of output, one row per kind. `declareOutput` makes the row of an output with its own settings. */
export const outputTable: readonly OutputRow[] = [
  {
    name: 'zeromq',
    isWanted: ({ publish }) => publish.zeromq !== undefined,
    heldFrames: () => 0,
    open: async (settings) => (await import('./zeromq/open-zeromq.js')).openZeromq(settings),
  },
  {
    name: 'recording',
    isWanted: ({ record }) => record !== undefined,
    heldFrames: ({ record }) => (record?.images ? recordingHeldFrames : 0),
    open: async (settings) =>
      (await import('./recording/recording-output.js')).openRecordingOutput(settings),
  },
];

/** Returns how many frames the requested outputs may hold at once. */
export function countHeldFrames(settings: OutputSettings): number {
  return outputTable
    .filter(({ isWanted }) => isWanted(settings))
    .reduce((sum, { heldFrames }) => sum + heldFrames(settings), 0);
}

/** Opens every requested output, in the order of the table. */
export function openOutputs(settings: OutputSettings): Promise<Output>[] {
  return outputTable.filter(({ isWanted }) => isWanted(settings)).map(({ open }) => open(settings));
}
