import type { Supervised } from '../supervise/supervised.js';

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
  readonly record?: { readonly path: string; readonly images: boolean } | undefined;
  /** Set where a supervisor watches this process. */
  readonly supervised?: Supervised | undefined;
  /** Takes what a person should hear of. */
  readonly note?: ((text: string) => void) | undefined;
}
