import type { FramePixels, Output, OutputEnd, OutputMessage, RunFacts } from './output.js';

/** Lends a frame's pixels; the slot is held until every loan was released. */
export type BorrowPixels = () => FramePixels;

/** All outputs of a run: each message goes to those that take its topic. */
export class OutputSet {
  readonly outputs: readonly Output[];
  readonly needsPixels: boolean;
  readonly #byTopic = new Map<string, Output[]>();
  /** How many frames each output still reads. */
  readonly #reading = new Map<Output, number>();
  /** Outputs that broke their contract and threw: they get nothing more, and the run goes on. */
  readonly #failed = new Map<Output, unknown>();

  constructor(outputs: readonly Output[]) {
    this.outputs = outputs;
    this.needsPixels = outputs.some((output) => output.needsPixels);
    for (const output of outputs)
      for (const topic of output.topics)
        this.#byTopic.set(topic, [...(this.#byTopic.get(topic) ?? []), output]);
  }

  /** Health codes of the outputs now. */
  get health(): string[] {
    const codes = this.outputs.flatMap(({ health }) => (health === undefined ? [] : [health]));
    return this.#failed.size === 0 ? codes : [...codes, 'output_failed'];
  }

  /** Rejects with the error of the first output that cannot begin. */
  async begin(facts: RunFacts): Promise<void> {
    await Promise.all(this.outputs.map((output) => output.begin?.(facts)));
  }

  /** Calls `borrow` once for each output that needs pixels and holds fewer frames than it may. */
  send(message: OutputMessage, borrow?: BorrowPixels): void {
    for (const output of this.#byTopic.get(message.topic) ?? []) {
      if (this.#failed.has(output)) continue;
      const isFree = (this.#reading.get(output) ?? 0) < (output.heldFrames ?? 1);
      const wants = borrow !== undefined && output.needsPixels && isFree;
      const pixels = wants ? this.#lend(output, borrow) : undefined;
      try {
        output.send(pixels === undefined ? message : { ...message, pixels });
      } catch (error) {
        this.#failed.set(output, error);
        pixels?.release();
      }
    }
  }

  /** Resolves when every output can take the next frame's messages without loss. */
  drained(): Promise<void> | undefined {
    const waits = this.outputs.flatMap((output) => output.drained?.() ?? []);
    return waits.length === 0 ? undefined : Promise.all(waits).then(() => {});
  }

  /** Closes all; after all have ended, rejects with the first error, including that of an output that threw earlier. */
  async close(end: OutputEnd): Promise<void> {
    const closed = await Promise.allSettled(this.outputs.map((output) => output.close(end)));
    const fault = closed.find((one) => one.status === 'rejected');
    if (fault !== undefined) throw fault.reason;
    for (const error of this.#failed.values()) throw error;
  }

  #lend(output: Output, borrow: BorrowPixels): FramePixels {
    const { release, ...frame } = borrow();
    this.#reading.set(output, (this.#reading.get(output) ?? 0) + 1);
    let isReleased = false;
    return {
      ...frame,
      release: () => {
        if (isReleased) return;
        isReleased = true;
        this.#reading.set(output, this.#reading.get(output)! - 1);
        release();
      },
    };
  }
}
