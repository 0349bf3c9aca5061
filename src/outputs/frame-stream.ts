import { perceptionTopic } from '../messages/topics.js';
import type { Output, OutputMessage } from './output.js';
import { PublishCounts } from './publish-count.js';

/** How many results wait for a slow reader in real time. */
const heldResults = 4;

/**
 * The output behind `for await`: results wait here until they are read. In lock-step the pipeline waits for the reader.
 * In real time it never does: the oldest waiting result is lost, and counted.
 */
export class FrameStream implements Output {
  readonly name = 'program';
  readonly place = 'this process';
  readonly topics = [perceptionTopic.name];
  readonly needsPixels = false;
  readonly counts = new PublishCounts();
  readonly #isWaitedFor: boolean;
  readonly #waiting: Uint8Array[] = [];
  #isEnded = false;
  #error: unknown;
  #wakeReader = (): void => {};
  #wakePipeline = (): void => {};
  /** The last read that was requested; reads take their results one after the other. */
  #lastRead: Promise<unknown> = Promise.resolve();

  /** `isWaitedFor`: the run is in lock-step and waits for the reader. */
  constructor(isWaitedFor: boolean) {
    this.#isWaitedFor = isWaitedFor;
  }

  /** Results lost because the reader was too slow. */
  get lost(): number {
    return this.counts.of(perceptionTopic.name).dropped;
  }

  send({ topic, payload }: OutputMessage): void {
    if (this.#isEnded) return;
    if (!this.#isWaitedFor && this.#waiting.length === heldResults) {
      this.#waiting.shift();
      this.counts.of(topic).dropped++;
    }
    this.#waiting.push(payload);
    this.#wakeReader();
  }

  /** In lock-step, resolves when every result was read. */
  async drained(): Promise<void> {
    while (this.#isWaitedFor && this.#waiting.length > 0 && !this.#isEnded)
      await new Promise<void>((resolve) => {
        this.#wakePipeline = resolve;
      });
  }

  /**
   * Resolves with the next result, serialised; undefined after the last. Rejects with the error that ended the run early.
   * May be called again before it has resolved: results come in the order of the calls.
   */
  read(): Promise<Uint8Array | undefined> {
    const reading = this.#lastRead.then(() => this.#readNext());
    this.#lastRead = reading.then(
      () => undefined,
      () => undefined,
    );
    return reading;
  }

  async #readNext(): Promise<Uint8Array | undefined> {
    while (this.#waiting.length === 0 && !this.#isEnded)
      await new Promise<void>((resolve) => {
        this.#wakeReader = resolve;
      });
    const payload = this.#waiting.shift();
    if (payload !== undefined) this.counts.of(perceptionTopic.name).sent++;
    this.#wakePipeline();
    if (payload === undefined && this.#error !== undefined) {
      const error = this.#error;
      this.#error = undefined;
      throw error;
    }
    return payload;
  }

  /** No further result comes; those that wait can still be read. */
  end(error?: unknown): void {
    this.#error ??= error;
    this.#isEnded = true;
    this.#wakeReader();
    this.#wakePipeline();
  }

  /** Drops the waiting results: nobody reads any more. */
  discard(): void {
    this.counts.of(perceptionTopic.name).dropped += this.#waiting.length;
    this.#waiting.length = 0;
    this.end();
  }

  async close(): Promise<void> {
    this.#wakePipeline();
  }
}
