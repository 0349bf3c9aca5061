import { Worker } from 'node:worker_threads';
import { fromPostedError } from '../../capture/capture-messages.js';
import { builtEntry } from '../../frame/built-entry.js';
import { PerceptionError } from '../../frame/perception-error.js';
import type { ChannelTopic } from '../../recording/channels.js';
import type { FramePixels } from '../output.js';
import { PublishCounts } from '../publish-count.js';
import type { RecorderOptions } from './drive-recorder.js';
import type {
  PictureTopic,
  RecordedOf,
  RecorderAnswer,
  RecorderEnd,
  RecorderRequest,
} from './recorder-messages.js';

/** Most messages that wait for the disk; further ones are dropped and counted, and no lane waits. */
const maxPending = 256;
/** A disk that takes nothing for this long while messages wait ends the recording, milliseconds. */
const stallMs = 20_000;

/**
 * The conducting thread's end of a recorder thread, in which pictures are encoded, chunks compressed and files written.
 * Calls return at once. A disk that fails, or takes nothing any more, ends only the recording.
 */
export class RecorderThread {
  readonly counts = new PublishCounts();
  /** The first error of the disk; recording is over then. */
  failure: PerceptionError | undefined;
  /** The files there are, in order, once it has ended cleanly: one, or those of a ring or a split. */
  files: readonly string[] = [];
  /** Topic of encoded pictures. */
  pictureTopic: PictureTopic = 'camera/image';
  readonly #worker: Worker;
  /** Frames that the thread has not read yet. Each camera's are read in order; its encoder does not wait for others. */
  readonly #reading: { camera: number; pixels: FramePixels }[] = [];
  /** By camera: why its video's encoder is gone. */
  readonly #videoFailures = new Map<number, PerceptionError>();
  #pending = 0;
  /** When the disk last took something or had nothing to take, milliseconds. */
  #progressMs = performance.now();
  #drained: (() => void)[] = [];
  readonly #opened: Promise<RecorderAnswer>;
  readonly #ended: Promise<RecorderAnswer>;
  #isOpen = false;
  #hasEnded = false;
  #ending: Promise<void> | undefined;

  constructor() {
    this.#worker = new Worker(builtEntry('./recorder-worker.js', import.meta.url), {
      name: 'recorder',
    });
    let opened = (_: RecorderAnswer): void => {};
    let ended = (_: RecorderAnswer): void => {};
    this.#opened = new Promise((resolve) => {
      opened = resolve;
    });
    this.#ended = new Promise((resolve) => {
      ended = resolve;
    });
    this.#worker.on('message', (answer: RecorderAnswer) => {
      if (answer.type === 'opened') opened(answer);
      else if (answer.type === 'ended') {
        this.#hasEnded = true;
        this.files = answer.files ?? [];
        ended(answer);
      } else if (answer.type === 'read') this.#read(answer.camera);
      else this.#written(answer);
    });
    const died = (why: string): void => {
      if (this.#hasEnded) return;
      const error = {
        code: 'ERR_OUTPUT' as const,
        message: `the recording's thread ended: ${why}`,
      };
      this.failure ??= fromPostedError(error);
      opened({ type: 'opened', error });
      ended({ type: 'ended', error });
      this.#giveUp();
    };
    this.#worker.on('error', (error) => died(String(error)));
    this.#worker.on('exit', (code) => died(`code ${code}`));
  }

  /** Rejects with ERR_OUTPUT if the file cannot be written. */
  async open(options: RecorderOptions): Promise<void> {
    if (options.cameras.some(({ video }) => video !== undefined))
      this.pictureTopic = 'camera/video';
    this.#post({ type: 'open', options });
    const answer = await this.#opened;
    if ('error' in answer && answer.error !== undefined) throw fromPostedError(answer.error);
    this.#isOpen = true;
  }

  /** Takes a serialised message. Never throws. */
  message(
    topic: ChannelTopic,
    stampNs: bigint,
    payload: Uint8Array,
    of: RecordedOf = { camera: 0 },
  ): void {
    if (!this.#take(topic)) return;
    this.#post({ type: 'message', topic, stampNs, payload, of });
  }

  /** Takes a frame's pixels, which are released once they were read. Never throws. */
  picture(stampNs: bigint, pixels: FramePixels, of = { camera: 0 }): void {
    if (!this.#take(this.pictureTopic)) {
      pixels.release();
      return;
    }
    this.#reading.push({ camera: of.camera, pixels });
    const { bytes, coded } = pixels;
    const topic = this.pictureTopic;
    this.#post({ type: 'picture', topic, stampNs, pixels: bytes, coded, of });
  }

  /** Keeps the current files of a ring. */
  keep(): void {
    if (this.#isOpen) this.#post({ type: 'keep' });
  }

  /** Resolves when everything taken was written, or never will be. */
  async drained(): Promise<void> {
    if (this.#pending === 0 || this.failure !== undefined) return;
    await new Promise<void>((resolve) => this.#drained.push(resolve));
  }

  /** Set while the encoder of a camera's video is gone; everything else is still recorded. */
  get videoFailure(): PerceptionError | undefined {
    return this.#videoFailures.values().next().value;
  }

  /** Health code of the recording now, if something is wrong. */
  get health(): 'recording_failed' | 'recording_video_lost' | 'recording_behind' | undefined {
    if (this.failure !== undefined) return 'recording_failed';
    if (this.videoFailure !== undefined) return 'recording_video_lost';
    return this.isBehind ? 'recording_behind' : undefined;
  }

  /** True while as many messages wait for the disk as may. */
  get isBehind(): boolean {
    return this.#pending >= maxPending;
  }

  /** Ends it once; later calls give the same answer. Rejects with ERR_OUTPUT. */
  end(how: RecorderEnd): Promise<void> {
    this.#ending ??= this.#end(how);
    return this.#ending;
  }

  async #end(how: RecorderEnd): Promise<void> {
    if (!this.#isOpen) {
      this.#hasEnded = true;
      await this.#worker.terminate();
      return;
    }
    const isWhole = how === 'close' || how === 'cut';
    // If the disk failed, what it had taken stays.
    this.#post({ type: 'end', how: isWhole && this.failure !== undefined ? 'leave' : how });
    const isStalled = new Promise<RecorderAnswer>((resolve) => {
      const look = setInterval(() => {
        if (this.#pending > 0 && performance.now() - this.#progressMs > stallMs) {
          resolve({ type: 'ended' });
          this.#fail(stalled());
        }
      }, 1000);
      void this.#ended.then(() => clearInterval(look));
      look.unref();
    });
    const answer = await Promise.race([this.#ended, isStalled]);
    this.#hasEnded = true;
    await this.#worker.terminate();
    this.#giveUp();
    if (isWhole && this.failure !== undefined) throw this.failure;
    if ('error' in answer && answer.error !== undefined) throw fromPostedError(answer.error);
    // The file is complete, except for pictures that were requested.
    if (isWhole && this.videoFailure !== undefined) throw this.videoFailure;
  }

  #take(topic: ChannelTopic): boolean {
    if (this.#pending === 0) this.#progressMs = performance.now();
    if (this.isBehind && performance.now() - this.#progressMs > stallMs) this.#fail(stalled());
    if (this.#isOpen && this.failure === undefined && this.#pending < maxPending) {
      this.#pending++;
      return true;
    }
    this.counts.of(topic).dropped++;
    return false;
  }

  #read(camera: number): void {
    const oldest = this.#reading.findIndex((frame) => frame.camera === camera);
    if (oldest >= 0) this.#reading.splice(oldest, 1)[0]!.pixels.release();
  }

  #written({ topic, camera = 0, error }: Extract<RecorderAnswer, { type: 'written' }>): void {
    this.#pending--;
    this.#progressMs = performance.now();
    if (topic === 'camera/video') {
      if (error?.code === 'ERR_SOURCE_LOST')
        this.#videoFailures.set(camera, fromPostedError(error));
      else this.#videoFailures.delete(camera);
    }
    if (error === undefined) this.counts.of(topic).sent++;
    else {
      this.counts.of(topic).dropped++;
      // A picture that cannot be encoded costs one picture, not the recording.
      if (error.code === 'ERR_OUTPUT') this.#fail(fromPostedError(error));
    }
    if (this.#pending === 0) this.#wake();
  }

  #fail(error: PerceptionError): void {
    this.failure ??= error;
    this.#wake();
  }

  #wake(): void {
    for (const resolve of this.#drained.splice(0)) resolve();
  }

  /** The thread is gone: nobody reads the pixels any more. */
  #giveUp(): void {
    for (const { pixels } of this.#reading.splice(0)) pixels.release();
    this.#wake();
  }

  #post(request: RecorderRequest): void {
    this.#worker.postMessage(request);
  }
}

const stalled = () =>
  new PerceptionError(
    'ERR_OUTPUT',
    `expected a disk that takes the recording, found one that took nothing for ${stallMs / 1000} s`,
  );
