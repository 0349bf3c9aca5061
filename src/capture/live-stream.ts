import type { ProcessExit } from '../codec/raw-frame-process.js';
import type { FrameLayout } from '../frame/frame.js';
import type { StreamStamp } from './live-times.js';

/** A frame whose pixels were read. */
export interface StreamFrame {
  /** Undefined if the stream gives none. */
  stamp?: StreamStamp;
  /** Size in the stream, if it is not the layout's: the pixels were scaled and must not be used. */
  wrongSize?: string;
  /** The frame could not be decoded; the buffer's contents must not be used. */
  isDamaged?: boolean;
  /** The frame as it came, a JPEG, if the stream keeps it; valid until the next read. */
  coded?: Uint8Array;
}

/** Delivers the frames of a live source from one opening to its loss. */
export interface LiveStream {
  readonly layout: FrameLayout;
  /** Most bytes of `StreamFrame.coded`; left out if there is none. */
  readonly codedBytes?: number;
  /** Fills `into`, frameBytes(layout) bytes; or resolves with how the stream ended. */
  read(into: Uint8Array): Promise<StreamFrame | ProcessExit>;
  /** Ends it at once; a pending read then resolves. May be called twice. */
  stop(): Promise<void>;
}

export const isExit = (result: StreamFrame | ProcessExit): result is ProcessExit =>
  'partialBytes' in result;
