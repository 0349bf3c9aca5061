import { topicOf } from '../../messages/topics.js';
import type { ChannelTopic } from '../../recording/channels.js';
import { zstdChunks } from '../../recording/zstd.js';
import {
  CameraRecorder,
  type CameraRecorderOptions,
  type RecordedFrame,
} from './camera-recorder.js';
import { NumberedRecording } from './numbered-recording.js';

/** Plain data: it crosses threads. */
export interface RecorderOptions {
  path: string;
  /** At least one; if there are several, each has a name. */
  cameras: readonly CameraRecorderOptions[];
  compression?: 'none' | 'zstd' | undefined;
  splitBytes?: number | undefined;
  splitSeconds?: number | undefined;
  keepSeconds?: number | undefined;
  /** Messages are written in chunks of about this size; a process that dies loses up to one chunk. 1 MiB when left out. */
  chunkBytes?: number | undefined;
}

/** Records a drive of one or several cameras. Runs in its own thread, as it encodes and compresses. */
export class DriveRecorder {
  readonly #recording: NumberedRecording;
  readonly #cameras: readonly CameraRecorder[];

  private constructor(recording: NumberedRecording, cameras: readonly CameraRecorder[]) {
    this.#recording = recording;
    this.#cameras = cameras;
    for (const camera of cameras) camera.write = (...message) => recording.write(...message);
  }

  /** Rejects with ERR_OUTPUT if the file cannot be written. */
  static async create({ cameras: asked, ...options }: RecorderOptions): Promise<DriveRecorder> {
    const cameras: CameraRecorder[] = [];
    try {
      for (const camera of asked) cameras.push(await CameraRecorder.open(camera));
      const compressChunk = options.compression === 'zstd' ? await zstdChunks() : undefined;
      const recording = await NumberedRecording.create(
        options.path,
        {
          ...options,
          isKept: true,
          compressChunk,
          hasVideo: cameras.some((camera) => camera.hasVideo),
        },
        {
          async describe(writer) {
            for (const camera of cameras) await camera.describe(writer);
          },
          messages: (stampNs) => cameras.flatMap((camera) => camera.lasting(stampNs)),
        },
      );
      return new DriveRecorder(recording, cameras);
    } catch (error) {
      await closeAll(cameras);
      throw error;
    }
  }

  /** Writes a message of one camera's topic; with results also their pictures, and what is drawn over them. */
  message(topic: ChannelTopic, stampNs: bigint, payload: Uint8Array, camera = 0): Promise<void> {
    return this.#cameras[camera]!.message(topic, stampNs, payload);
  }

  /** Writes a message of a sync group, which belongs to no camera. */
  groupMessage(topic: ChannelTopic, stampNs: bigint, data: Uint8Array, group: string) {
    return this.#recording.write(topic, stampNs, data, topicOf(topic, group));
  }

  /** Writes a frame; `onRead` is called once, when its memory is free. */
  picture(stampNs: bigint, frame: RecordedFrame, onRead: () => void, camera = 0): Promise<void> {
    return this.#cameras[camera]!.picture(stampNs, frame, onRead);
  }

  /** The files there are, in order. */
  get files(): readonly string[] {
    return this.#recording.files;
  }

  /** Keeps the current files of a ring. */
  keep(): void {
    this.#recording.keep();
  }

  /** Finishes the file; `isCutShort` if the run was ended before its source. Rejects with ERR_OUTPUT. */
  async close({ isCutShort = false } = {}): Promise<void> {
    try {
      for (const camera of this.#cameras) await camera.finish(isCutShort);
      await this.#recording.close();
    } finally {
      await closeAll(this.#cameras);
    }
  }

  /** Ends without finishing: what was written stays in `<path>.partial`, without an index. */
  async leave(): Promise<void> {
    await this.#recording.leave();
    await closeAll(this.#cameras);
  }

  /** Leaves nothing of the file that is being written. */
  async abort(): Promise<void> {
    await this.#recording.abort();
    await closeAll(this.#cameras);
  }
}

async function closeAll(cameras: readonly CameraRecorder[]): Promise<void> {
  for (const camera of cameras) await camera.close();
}
