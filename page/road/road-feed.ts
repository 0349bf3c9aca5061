import { fromBinary } from '@bufbuild/protobuf';
import { signal } from '@preact/signals';
import type { Manifest } from '../../src/bundle/manifest.js';
import {
  type GroundTruth,
  GroundTruthSchema,
  type PerceptionFrame,
  PerceptionFrameSchema,
} from '../../src/messages/gen/windshield/v1/perception_pb.js';
import { splitParts } from '../../src/outputs/page/message-parts.js';
import {
  type HeldKeys,
  noKeys,
  type RoadControl,
  type RoadState,
} from '../../src/outputs/page/road-protocol.js';
import type { InputPlacement } from '../../src/preprocess/input-geometry.js';
import { FollowedFrames } from '../live/followed-frames.js';

export interface RoadFrame {
  state: RoadState;
  result: PerceptionFrame;
  truth: GroundTruth;
  bitmap: ImageBitmap | undefined;
}

/** The simulated road, one frame after the other while a view looks at it; it pauses while none does. */
export class RoadFeed {
  readonly #frames = new FollowedFrames<RoadFrame>({
    room: 'road',
    noAnswer: 'The simulator does not answer. Is it still running?',
    read: readFrame,
    numberOf: ({ state }) => state.frame,
  });
  readonly frame = this.#frames.frame;
  readonly error = this.#frames.error;
  readonly held = signal<HeldKeys>(noKeys);
  /** What the segmentation network sees of a frame, once it is known. */
  readonly mapInput = signal<InputPlacement | undefined>(undefined);

  /** `bundleTasks`: tasks whose bundles the server has. */
  constructor(bundleTasks: readonly string[]) {
    if (bundleTasks.includes('segmentation')) void this.#readMapInput();
  }

  /** Requests frames until the returned function is called. */
  look(): () => void {
    const stop = this.#frames.look();
    return () => {
      stop();
      this.release();
    };
  }

  /** Presses or releases a key. */
  hold(key: keyof HeldKeys, isHeld: boolean): void {
    if (this.held.value[key] === isHeld) return;
    this.held.value = { ...this.held.value, [key]: isHeld };
    void this.send({ keys: this.held.value });
  }

  /** Releases every key. */
  release(): void {
    if (Object.values(this.held.value).every((isHeld) => !isHeld)) return;
    this.held.value = noKeys;
    void this.send({ keys: noKeys });
  }

  async #readMapInput(): Promise<void> {
    const response = await fetch('/bundles/segmentation/manifest.json').catch(() => undefined);
    if (response?.ok !== true) return;
    const manifest: Manifest = await response.json();
    this.mapInput.value = manifest.input.spec;
  }

  send(control: RoadControl): Promise<void> {
    return this.#frames.send(control);
  }
}

async function readFrame(message: Uint8Array<ArrayBuffer>): Promise<RoadFrame> {
  const [state, result, truth, jpeg] = splitParts(message);
  return {
    state: JSON.parse(new TextDecoder().decode(state)) as RoadState,
    result: fromBinary(PerceptionFrameSchema, result!),
    truth: fromBinary(GroundTruthSchema, truth!),
    bitmap: await createImageBitmap(new Blob([jpeg!])),
  };
}
