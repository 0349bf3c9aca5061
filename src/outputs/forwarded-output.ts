import type { Output, OutputEnd, OutputMessage, RunFacts } from './output.js';

/** An output in front of another one: whatever it does not override, the other does. */
export class ForwardedOutput implements Output {
  readonly #output: Output;

  constructor(output: Output) {
    this.#output = output;
  }

  get name() {
    return this.#output.name;
  }

  get place() {
    return this.#output.place;
  }

  get topics() {
    return this.#output.topics;
  }

  get needsPixels() {
    return this.#output.needsPixels;
  }

  get takesCoded() {
    return this.#output.takesCoded ?? false;
  }

  get heldFrames() {
    return this.#output.heldFrames ?? 1;
  }

  get camera() {
    return this.#output.camera;
  }

  get counts() {
    return this.#output.counts;
  }

  get health() {
    return this.#output.health;
  }

  async begin(facts: RunFacts): Promise<void> {
    await this.#output.begin?.(facts);
  }

  send(message: OutputMessage): void {
    this.#output.send(message);
  }

  async drained(): Promise<void> {
    await this.#output.drained?.();
  }

  close(end: OutputEnd): Promise<void> {
    return this.#output.close(end);
  }
}
