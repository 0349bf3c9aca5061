import type { PostedError } from '../../capture/capture-messages.js';
import type { ChannelTopic } from '../../recording/channels.js';
import type { RecorderOptions } from './drive-recorder.js';

/** From the conducting thread to the one that records. Carried out in order; each is answered once, in order too. */
export type RecorderRequest =
  | { type: 'open'; options: RecorderOptions }
  | { type: 'message'; topic: ChannelTopic; stampNs: bigint; payload: Uint8Array; of: RecordedOf }
  /** `pixels`, and `coded` (the camera's own JPEG of the same frame), are views of shared memory. */
  | {
      type: 'picture';
      topic: PictureTopic;
      stampNs: bigint;
      pixels: Uint8Array;
      coded: Uint8Array | undefined;
      of: { camera: number };
    }
  | { type: 'keep' }
  | { type: 'end'; how: RecorderEnd };

/** Where pictures that are encoded go. */
export type PictureTopic = 'camera/image' | 'camera/video';

/** Whose a message is: a camera's, by its place in the options, or a sync group's, by its name. */
export type RecordedOf = { camera: number } | { group: string };

/** `close` whole, `cut` before the source's end, `leave` for a supervisor, `abort`. */
export type RecorderEnd = 'close' | 'cut' | 'leave' | 'abort';

export type RecorderAnswer =
  /** The pixels of the oldest picture were read. */
  | { type: 'read' }
  /** The oldest message, or picture, is with the operating system or waits for its chunk. */
  | { type: 'written'; topic: ChannelTopic; error?: PostedError }
  | { type: 'opened'; error?: PostedError }
  /** `files`: those that are there, in order. */
  | { type: 'ended'; files?: readonly string[]; error?: PostedError };
