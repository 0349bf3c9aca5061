import type { Output, OutputEnd, OutputMessage, RunFacts } from './output.js';

/** An output that shows one camera, as it takes its part in a rig of several: it hears of that one alone. */
export class OneCamera implements Output {
  readonly #output: Output;
  readonly #camera: string;

  constructor(output: Output, camera: string) {
    this.#output = output;
    this.#camera = camera;
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

  get heldFrames() {
    return this.#output.heldFrames ?? 1;
  }

  get counts() {
    return this.#output.counts;
  }

  get health() {
    return this.#output.health;
  }

  async begin(facts: RunFacts): Promise<void> {
    if (facts.cameraName === this.#camera) await this.#output.begin?.(facts);
  }

  send(message: OutputMessage): void {
    if (message.camera === this.#camera) this.#output.send(message);
    else message.pixels?.release();
  }

  async drained(): Promise<void> {
    await this.#output.drained?.();
  }

  close(end: OutputEnd): Promise<void> {
    return this.#output.close(end);
  }
}
