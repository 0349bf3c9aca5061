import { signal } from '@preact/signals';
import type {
  CalibrationControl,
  CalibrationState,
} from '../../src/outputs/page/calibration-protocol.js';
import { splitParts } from '../../src/outputs/page/message-parts.js';
import { FollowedFrames } from '../live/followed-frames.js';

export interface CalibrationFrame {
  state: CalibrationState;
  /** The last picture; undefined before the first. */
  bitmap: ImageBitmap | undefined;
}

const lastPhases: readonly CalibrationState['phase'][] = ['done', 'failed', 'stopped'];

/** Follows a camera's calibration, picture by picture. */
export class CalibrationFeed {
  readonly #frames = new FollowedFrames<CalibrationFrame>({
    room: 'calibration',
    noAnswer: 'The calibration does not answer. Is it still running?',
    read: (message) => this.#read(message),
    numberOf: ({ state }) => state.frame,
    isLast: ({ state }) => lastPhases.includes(state.phase),
  });
  readonly frame = this.#frames.frame;
  readonly error = this.#frames.error;
  readonly isFinishing = signal(false);

  look(): () => void {
    return this.#frames.look();
  }

  /** Calibrates with the pictures taken so far. */
  async finish(): Promise<void> {
    this.isFinishing.value = true;
    await this.#frames.send({ finish: true } satisfies CalibrationControl);
    this.isFinishing.value = false;
  }

  async #read(message: Uint8Array<ArrayBuffer>): Promise<CalibrationFrame> {
    const [state, jpeg] = splitParts(message);
    return {
      state: JSON.parse(new TextDecoder().decode(state)) as CalibrationState,
      bitmap: jpeg!.length === 0 ? undefined : await createImageBitmap(new Blob([jpeg!])),
    };
  }
}
