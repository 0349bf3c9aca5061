import { syncTopic } from '../messages/topics.js';
import { ForwardedOutput } from './forwarded-output.js';
import type { Output, OutputMessage, RunFacts } from './output.js';

/** An output for one camera of a rig with several: it gets that camera's messages only. */
export class OneCamera extends ForwardedOutput {
  readonly #camera: string;

  constructor(output: Output, camera: string) {
    super(output);
    this.#camera = camera;
  }

  override get camera() {
    return this.#camera;
  }

  /** A sync group is not a camera, even if it has the name of one. */
  override get topics() {
    return super.topics.filter((topic) => topic !== syncTopic.name);
  }

  override async begin(facts: RunFacts): Promise<void> {
    if (facts.cameraName === this.#camera) await super.begin(facts);
  }

  override send(message: OutputMessage): void {
    if (message.camera === this.#camera) super.send(message);
    else message.pixels?.release();
  }
}
