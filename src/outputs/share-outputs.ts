import { ForwardedOutput } from './forwarded-output.js';
import type { Output, OutputEnd, OutputMessage, RunFacts } from './output.js';

/** Ends in order, from the one that keeps least to the one that keeps everything. */
const endsByWeight: readonly OutputEnd[] = ['failed', 'left', 'stopped', 'ended'];

/**
 * Returns a rig's outputs for each camera's run: they begin once for each camera, and close when the last run has ended.
 * A failed camera does not discard the others' output: outputs fail only if all cameras failed.
 */
export function shareOutputs(
  outputs: readonly Output[],
  cameraCount: number,
): readonly (readonly Output[])[] {
  const shared = outputs.map((output) => new SharedOutput(output, cameraCount));
  return Array.from({ length: cameraCount }, () => shared.map((one) => new CameraOutput(one)));
}

class SharedOutput {
  readonly #ends: OutputEnd[] = [];
  readonly #closed: Promise<void>;
  #close!: (closing: Promise<void>) => void;

  constructor(
    readonly output: Output,
    readonly cameraCount: number,
  ) {
    this.#closed = new Promise((resolve) => {
      this.#close = resolve;
    });
    // Each camera gets the failure when it leaves.
    this.#closed.catch(() => undefined);
  }

  leave(end: OutputEnd): Promise<void> {
    this.#ends.push(end);
    if (this.#ends.length === this.cameraCount) this.#close(this.output.close(this.#commonEnd()));
    return this.#closed;
  }

  #commonEnd(): OutputEnd {
    const [first = 'ended'] = this.#ends;
    if (this.#ends.every((end) => end === first)) return first;
    const gravest = endsByWeight.find((end) => this.#ends.includes(end))!;
    return gravest === 'failed' ? 'stopped' : gravest;
  }
}

/** An output as one camera's run sees it. */
class CameraOutput extends ForwardedOutput {
  readonly #shared: SharedOutput;
  #camera: string | undefined;
  #closing: Promise<void> | undefined;

  constructor(shared: SharedOutput) {
    super(shared.output);
    this.#shared = shared;
  }

  override async begin(facts: RunFacts): Promise<void> {
    this.#camera = facts.cameraName;
    await super.begin(facts);
  }

  override send(message: OutputMessage): void {
    const camera = message.camera ?? this.#camera;
    super.send(camera === undefined ? message : { ...message, camera });
  }

  override close(end: OutputEnd): Promise<void> {
    this.#closing ??= this.#shared.leave(end);
    return this.#closing;
  }
}
