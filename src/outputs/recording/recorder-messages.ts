import type { PostedError } from '../../capture/capture-messages.js';
import type { ChannelTopic } from '../../recording/channels.js';
import type { RecorderOptions } from './drive-recorder.js';

/** From the conducting thread to the recording thread. Carried out in order; each is answered once, also in order. */
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

/** Topic of encoded pictures. */
export type PictureTopic = 'camera/image' | 'camera/video';

/** Owner of a message: a camera, by its place in the options, or a sync group, by its name. */
export type RecordedOf = { camera: number } | { group: string };

/** `close`: complete; `cut`: before the source's end; `leave`: for a supervisor; `abort`: discard. */
export type RecorderEnd = 'close' | 'cut' | 'leave' | 'abort';

export type RecorderAnswer =
  /** The pixels of this camera's oldest picture were read. */
  | { type: 'read'; camera: number }
  /** A message or picture was handed to the operating system or waits for its chunk. `camera` is given for a picture. */
  | { type: 'written'; topic: ChannelTopic; camera?: number; error?: PostedError }
  | { type: 'opened'; error?: PostedError }
  /** `files`: those that exist, in order. */
  | { type: 'ended'; files?: readonly string[]; error?: PostedError };
