import { ForwardedOutput } from './forwarded-output.js';
import type { Output, OutputEnd, OutputMessage, RunFacts } from './output.js';

/** From what takes everything back to what keeps all. */
const endsByWeight: readonly OutputEnd[] = ['failed', 'left', 'stopped', 'ended'];

/**
 * The outputs of a rig as each camera's run takes them: they begin once for each camera, and close when the last of them
 * has ended. A camera that failed takes nothing from the others: only where all failed do outputs fail.
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
    // Each camera that leaves hears of a failure.
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
