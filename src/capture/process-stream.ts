import type { ProcessExit, RawFrameProcess } from '../codec/raw-frame-process.js';
import type { FrameLayout } from '../frame/frame.js';
import type { LiveStream, StreamFrame } from './live-stream.js';

/** Frames of a process that sends only pixels, one frame after the other. */
export class ProcessStream implements LiveStream {
  readonly layout: FrameLayout;
  readonly #process: RawFrameProcess;

  constructor(process: RawFrameProcess, layout: FrameLayout) {
    this.#process = process;
    this.layout = layout;
  }

  async read(into: Uint8Array): Promise<StreamFrame | ProcessExit> {
    return (await this.#process.readFrame(into)) ?? {};
  }

  stop(): Promise<void> {
    return this.#process.stop();
  }
}
