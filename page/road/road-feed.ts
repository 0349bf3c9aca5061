import { fromBinary } from '@bufbuild/protobuf';
import { signal } from '@preact/signals';
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

export interface RoadFrame {
  state: RoadState;
  result: PerceptionFrame;
  truth: GroundTruth;
  bitmap: ImageBitmap;
}

/** How long it waits where the simulator does not answer, milliseconds. */
const retryMs = 1000;
const keptBitmaps = 3;

/** The simulated road, one frame after the other while somebody looks; it stands still while nobody does. */
export class RoadFeed {
  readonly frame = signal<RoadFrame | undefined>(undefined);
  /** For the person, empty while all is well. */
  readonly error = signal('');
  readonly held = signal<HeldKeys>(noKeys);
  #looking = 0;
  readonly #drawn: ImageBitmap[] = [];

  /** Asks for frames until the answer is called. */
  look(): () => void {
    const looking = ++this.#looking;
    void this.#follow(() => looking === this.#looking);
    return () => {
      this.#looking++;
      this.release();
    };
  }

  /** Holds a key, or lets it go. */
  hold(key: keyof HeldKeys, isHeld: boolean): void {
    if (this.held.value[key] === isHeld) return;
    this.held.value = { ...this.held.value, [key]: isHeld };
    void this.send({ keys: this.held.value });
  }

  /** Lets every key go. */
  release(): void {
    if (Object.values(this.held.value).every((isHeld) => !isHeld)) return;
    this.held.value = noKeys;
    void this.send({ keys: noKeys });
  }

  async send(control: RoadControl): Promise<void> {
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify(control);
    const answer = await fetch('/road/control', { method: 'POST', headers, body }).catch(() => {});
    // What does not answer at all is told by the frames that do not come.
    if (answer !== undefined) this.error.value = answer.ok ? '' : (await answer.text()).trim();
  }

  async #follow(isWanted: () => boolean): Promise<void> {
    while (isWanted()) {
      if (document.hidden) {
        await new Promise((resolve) =>
          document.addEventListener('visibilitychange', resolve, { once: true }),
        );
        continue;
      }
      try {
        const after = this.frame.value?.state.frame ?? 0;
        const answer = await fetch(`/road/frame?after=${after}`);
        if (!answer.ok) throw new Error(`the server answered ${answer.status}`);
        const frame = await readFrame(new Uint8Array(await answer.arrayBuffer()));
        if (!isWanted()) return;
        this.#drawn.push(frame.bitmap);
        this.frame.value = frame;
        if (this.#drawn.length > keptBitmaps) this.#drawn.shift()!.close();
        if (this.error.value === noAnswer) this.error.value = '';
      } catch {
        if (!isWanted()) return;
        this.error.value = noAnswer;
        await new Promise((resolve) => setTimeout(resolve, retryMs));
      }
    }
  }
}

const noAnswer = 'The simulator does not answer. Is it still running?';

async function readFrame(message: Uint8Array<ArrayBuffer>): Promise<RoadFrame> {
  const [state, result, truth, jpeg] = splitParts(message);
  return {
    state: JSON.parse(new TextDecoder().decode(state)) as RoadState,
    result: fromBinary(PerceptionFrameSchema, result!),
    truth: fromBinary(GroundTruthSchema, truth!),
    bitmap: await createImageBitmap(new Blob([jpeg!])),
  };
}
