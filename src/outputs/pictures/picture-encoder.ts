import { Worker } from 'node:worker_threads';
import { builtEntry } from '../../frame/built-entry.js';
import type { FramePixels } from '../output.js';
import type { PictureAnswer, PictureRequest } from './picture-messages.js';

/**
 * Makes pictures for people in its own thread: frames in the ring as JPEG (rgb8 and NV12, any stride), and class maps as
 * PNG; one of each at a time. The thread starts with the first picture, so that it costs nothing while nobody looks.
 */
export class PictureEncoder {
  readonly #quality: number;
  #worker: Worker | undefined;
  /** Resolvers of the thread's pending requests, in order. */
  #answers: ((picture: PictureAnswer) => void)[] = [];
  #isEncoding = false;
  #isMasking = false;

  /** `quality` of JPEG is 1 to 100. */
  constructor(quality: number) {
    this.#quality = quality;
  }

  /** True until the last frame's JPEG is ready. */
  get isBusy(): boolean {
    return this.#isEncoding;
  }

  /** Resolves with a JPEG, owned by the caller; empty if there is none. Gives the pixels back once they were read. */
  async encode({ layout, bytes: pixels, release }: FramePixels): Promise<PictureAnswer> {
    this.#isEncoding = true;
    try {
      return await this.#ask({ type: 'jpeg', layout, quality: this.#quality, pixels });
    } finally {
      this.#isEncoding = false;
      release();
    }
  }

  /**
   * Resolves with a class map as a serialised foxglove.CompressedImage; empty if there is none, or the last is not done.
   */
  async encodeMask(payload: Uint8Array, stampNs: bigint): Promise<PictureAnswer> {
    if (this.#isMasking) return new Uint8Array();
    this.#isMasking = true;
    try {
      return await this.#ask({ type: 'mask', payload, stampNs });
    } finally {
      this.#isMasking = false;
    }
  }

  async close(): Promise<void> {
    await this.#worker?.terminate();
    this.#gone();
  }

  #ask(request: PictureRequest): Promise<PictureAnswer> {
    return new Promise((resolve) => {
      this.#answers.push(resolve);
      this.#open().postMessage(request);
    });
  }

  #open(): Worker {
    if (this.#worker !== undefined) return this.#worker;
    const worker = new Worker(builtEntry('./picture-worker.js', import.meta.url), {
      name: 'pictures',
    });
    worker.on('message', (picture: PictureAnswer) => this.#answers.shift()?.(picture));
    worker.on('error', () => this.#gone());
    worker.on('exit', () => this.#gone());
    // Viewers must not keep a run alive that has ended.
    worker.unref();
    this.#worker = worker;
    return worker;
  }

  #gone(): void {
    this.#worker = undefined;
    const answers = this.#answers;
    this.#answers = [];
    for (const answer of answers) answer(new Uint8Array());
  }
}
