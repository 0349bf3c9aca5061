import type { Output } from './output.js';
import type { OutputSettings } from './output-settings.js';

/** One kind of output that a pipeline file can ask for. */
export interface OutputRow {
  readonly isWanted: (settings: OutputSettings) => boolean;
  /** True where its outputs ask for pixels. */
  readonly needsPixels: boolean;
  /** Opens it while networks load. Loads its code only then. Rejects in one clear line. */
  readonly open: (settings: OutputSettings) => Promise<Output>;
}

/** Every kind of output, one row per kind. */
export const outputTable: Readonly<Record<string, OutputRow>> = {
  zeromq: {
    isWanted: ({ publish }) => publish.zeromq !== undefined,
    needsPixels: false,
    open: async (settings) => (await import('./zeromq/open-zeromq.js')).openZeromq(settings),
  },
  recording: {
    isWanted: ({ record }) => record !== undefined,
    needsPixels: false,
    open: async (settings) =>
      (await import('./recording/recording-output.js')).openRecordingOutput(settings),
  },
};

/** How many of the outputs that the settings ask for read pixels. */
export function countPixelReaders(settings: OutputSettings): number {
  return Object.values(outputTable).filter((row) => row.needsPixels && row.isWanted(settings))
    .length;
}

/** Opens every output that the settings ask for, in the order of the table. */
export function openOutputs(settings: OutputSettings): Promise<Output>[] {
  return Object.values(outputTable)
    .filter(({ isWanted }) => isWanted(settings))
    .map(({ open }) => open(settings));
}
