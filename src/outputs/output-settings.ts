import type { Supervised } from '../supervise/supervised.js';

/** How pictures are recorded: encoded here, each alone (`jpeg`) or as a video (`h264`), or as the camera gives them. */
export const recordedPictures = ['jpeg', 'camera', 'h264'] as const;
export type RecordedPictures = (typeof recordedPictures)[number];

/** How a run is recorded. */
export interface RecordSettings {
  readonly path: string;
  /** Also record the pictures: a recording's unchanged, those of any other source as `pictures` says. */
  readonly images: boolean;
  readonly pictures?: RecordedPictures | undefined;
  /** Quality of encoded pictures, 1 to 100. */
  readonly quality?: number | undefined;
  readonly compression?: 'none' | 'zstd' | undefined;
  /** Numbered files, each closed at this size or length. */
  readonly split?:
    | { readonly megabytes?: number | undefined; readonly seconds?: number | undefined }
    | undefined;
  /** Seconds of the recording that are kept, besides what an event or a key has kept. */
  readonly keepSeconds?: number | undefined;
}

/** The output settings of a pipeline file, with every path absolute. */
export interface OutputSettings {
  readonly publish: {
    readonly zeromq?:
      | {
          readonly endpoint: string;
          readonly highWaterMark: number;
          readonly curve?: { readonly keyFile: string } | undefined;
        }
      | undefined;
  };
  readonly record?: RecordSettings | undefined;
  /** By name: the settings of outputs that `declareOutput` made. */
  readonly outputs?: { readonly [name: string]: unknown } | undefined;
  /** Where the frames come from; in a rig with several cameras, those of the first. */
  readonly source?: string | undefined;
  /** The cameras of a rig, in the order in which the run begins with each. */
  readonly cameras?: readonly { readonly name: string; readonly source: string }[];
  /** Set if a supervisor watches this process. */
  readonly supervised?: Supervised | undefined;
  /** Called with a function that keeps the recording's current ring (`keepSeconds`), for a key or an event to call. */
  readonly onKeep?: ((keep: () => void) => void) | undefined;
  /** Called with notes for people. */
  readonly note?: ((text: string) => void) | undefined;
}
