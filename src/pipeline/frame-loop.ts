import { fromBinary } from '@bufbuild/protobuf';
import {
  type PerceptionFrame,
  PerceptionFrameSchema,
} from '../messages/gen/windshield/v1/perception_pb.js';
import type { FrameStream } from '../outputs/frame-stream.js';
import type { PipelineRun } from './pipeline-run.js';
import type { RunReport } from './run-report.js';

/**
 * An open pipeline as a program sees it: `for await` reads the result of each frame and ends with the source. Frames
 * start with the first read. Leaving the loop, by `break` or by an error, closes the pipeline.
 */
export class FrameLoop implements AsyncIterableIterator<PerceptionFrame> {
  readonly #run: PipelineRun;
  readonly #stream: FrameStream;
  readonly #stopping = new AbortController();
  readonly #signal: AbortSignal | undefined;
  readonly #stop = (): void => this.#stopping.abort();
  #report: Promise<RunReport> | undefined;

  /** @internal */
  constructor(run: PipelineRun, stream: FrameStream, signal: AbortSignal | undefined) {
    this.#run = run;
    this.#stream = stream;
    this.#signal = signal;
    if (signal?.aborted) this.#stop();
    signal?.addEventListener('abort', this.#stop, { once: true });
  }

  /** Results lost because the loop was too slow for them; always 0 in lock-step. */
  get lost(): number {
    return this.#stream.lost;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Resolves with the next frame's result. Rejects with the PerceptionError that ended the run before its source did. */
  async next(): Promise<IteratorResult<PerceptionFrame, undefined>> {
    this.#start();
    const payload = await this.#stream.read();
    if (payload === undefined) return { done: true, value: undefined };
    return { done: false, value: fromBinary(PerceptionFrameSchema, payload) };
  }

  /** Called when a loop is left. */
  async return(): Promise<IteratorResult<PerceptionFrame, undefined>> {
    await this.close();
    return { done: true, value: undefined };
  }

  /**
   * Ends the run cleanly, if it has not ended, closes everything, and resolves with the run's report: every frame in it
   * is published or dropped with a reason. May be called twice.
   */
  async close(): Promise<RunReport> {
    this.#stopping.abort();
    this.#stream.discard();
    return this.#start();
  }

  #start(): Promise<RunReport> {
    this.#report ??= this.#run
      .run(this.#stopping.signal)
      .then(
        ({ report, error }) => {
          this.#stream.end(error);
          return report;
        },
        (error) => {
          this.#stream.end(error);
          throw error;
        },
      )
      // A program's signal may live longer: it would keep this run, with its frames' memory.
      .finally(() => this.#signal?.removeEventListener('abort', this.#stop));
    // A reader gets the error from the stream.
    this.#report.catch(() => {});
    return this.#report;
  }
}
