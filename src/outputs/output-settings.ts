import type { Supervised } from '../supervise/supervised.js';

/** How pictures are recorded: encoded here, each alone or as a video, or as the camera gives them. */
export const recordedPictures = ['jpeg', 'camera', 'h264'] as const;
export type RecordedPictures = (typeof recordedPictures)[number];

/** How a run is recorded. */
export interface RecordSettings {
  readonly path: string;
  /** With the pictures: those of a recording as they are, those of any other source as `pictures` says. */
  readonly images: boolean;
  readonly pictures?: RecordedPictures | undefined;
  /** Of pictures that are encoded, 1 to 100. */
  readonly quality?: number | undefined;
  readonly compression?: 'none' | 'zstd' | undefined;
  /** Numbered files, each ended at this size or length. */
  readonly split?:
    | { readonly megabytes?: number | undefined; readonly seconds?: number | undefined }
    | undefined;
  /** Only the last so many seconds stay, and what an event or a key has kept. */
  readonly keepSeconds?: number | undefined;
}

/** What a pipeline file says of its outputs, with every path absolute. */
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
  /** Where the frames come from; of a rig with several cameras, those of the first. */
  readonly source?: string | undefined;
  /** The cameras of a rig, in the order in which the run begins with each. */
  readonly cameras?: readonly { readonly name: string; readonly source: string }[];
  /** Set where a supervisor watches this process. */
  readonly supervised?: Supervised | undefined;
  /** Given what keeps the ring of a recording (`keepSeconds`) as it lies there, for a key or an event to call. */
  readonly onKeep?: ((keep: () => void) => void) | undefined;
  /** Takes what a person should hear of. */
  readonly note?: ((text: string) => void) | undefined;
}
