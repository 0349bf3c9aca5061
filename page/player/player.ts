import { batch, signal } from '@preact/signals';
import { withoutExif } from '../../src/codec/jpeg-header.js';
import type { FileOrigin } from '../recording/byte-files.js';
import type { DriveFrame, DriveInfo } from '../recording/drive.js';
import { DriveClient } from '../recording/drive-client.js';
import type { ScanState } from '../recording/drive-protocol.js';

/** Speeds that the player offers, drive seconds per second. */
export const speeds = [0.1, 0.25, 0.5, 1, 2, 4, 8] as const;

/** A frame with its picture ready to draw. */
export interface ShownFrame extends DriveFrame {
  bitmap: ImageBitmap | undefined;
  /** True if it directly follows the frame shown before. */
  isNext: boolean;
}

/** Shows what was found on a frame. */
export type ShowAnswers = () => void;

/** If playing is further behind than this, it skips frames, nanoseconds. */
const skipBehindNs = 150e6;

const maxWaitingSteps = 4;
const keptBitmaps = 3;

/** Plays the opened recordings; the page shows its signals. */
export class Player {
  readonly info = signal<DriveInfo | undefined>(undefined);
  readonly frame = signal<ShownFrame | undefined>(undefined);
  readonly scan = signal<ScanState>({ lanes: [], share: 0, damaged: 0 });
  readonly isPlaying = signal(false);
  readonly speed = signal<number>(1);
  /** Frames skipped to keep the pace since playing began. */
  readonly skipped = signal(0);
  /** Error for the user, empty if there is none. */
  readonly error = signal('');
  readonly isOpening = signal(false);
  /**
   * Called with each frame before it is shown; the player waits for it. What it resolves with is called together with
   * showing the frame, so that no frame is ever drawn without its own answers. Set to re-run networks.
   */
  beforeShown: ((frame: ShownFrame) => Promise<ShowAnswers | undefined>) | undefined;
  /** True while no frame may be skipped, however long that takes. */
  needsEveryFrame = () => false;
  readonly #client = new DriveClient((state) => {
    this.scan.value = state;
    if (state.problem !== undefined) this.error.value = state.problem;
  });
  /** Offset at which the first drive is opened: `#at=72.5` in the address, as reports link to it. */
  #openAtNs = secondsIn(location.hash);
  #origins: readonly FileOrigin[] = [];
  /** Counts moves, so that a move overtaken by another shows nothing. */
  #moves = 0;
  /** Target of the seek that is not done, nanoseconds. */
  #soughtNs: bigint | undefined;
  /** Counts calls of `play`: one that was paused must not go on beside the next one. */
  #plays = 0;
  #waitingSteps = 0;
  readonly #retired: ImageBitmap[] = [];
  #last: Promise<unknown> = Promise.resolve();

  /** Opens recordings of one drive in place of the open ones. Sets `error` if they cannot be opened. */
  async open(origins: readonly FileOrigin[], cameraName?: string): Promise<void> {
    this.pause();
    this.isOpening.value = true;
    this.error.value = '';
    try {
      const info = await this.#client.open(origins, cameraName);
      this.scan.value = { lanes: [], share: 0, damaged: 0 };
      this.frame.value = undefined;
      this.#origins = origins;
      this.info.value = info;
      await this.seek(info.startNs + this.#openAtNs);
      this.#openAtNs = 0n;
    } catch (error) {
      this.error.value = error instanceof Error ? error.message : String(error);
    } finally {
      this.isOpening.value = false;
    }
  }

  /** Shows another camera of the recording at the same time of the drive. */
  async chooseCamera(name: string): Promise<void> {
    const info = this.info.value;
    const stampNs = this.frame.value?.stampNs;
    if (info === undefined || stampNs === undefined) return;
    await this.open(this.#origins, name);
    await this.seek(stampNs);
  }

  /** Shows the frame at a time. Of several waiting seeks only the last one runs. */
  async seek(stampNs: bigint): Promise<void> {
    const move = ++this.#moves;
    this.#soughtNs = stampNs;
    await this.#oneByOne(async () => {
      if (move !== this.#moves) return;
      const frame = await this.#client.frame({ kind: 'at', stampNs });
      if (frame !== undefined) await this.#show(frame, false);
    }).finally(() => {
      if (move === this.#moves) this.#soughtNs = undefined;
    });
  }

  /** Moves by seconds of the drive, from the time that is sought if a seek is not done: each of two quick calls counts. */
  skip(seconds: number): Promise<void> {
    const info = this.info.value;
    if (info === undefined) return Promise.resolve();
    const soughtNs =
      (this.#soughtNs ?? this.frame.value?.stampNs ?? info.startNs) +
      BigInt(Math.round(seconds * 1e9));
    // Beyond an end, the next skip back must not have to make up for it.
    const stampNs =
      soughtNs < info.startNs ? info.startNs : soughtNs > info.endNs ? info.endNs : soughtNs;
    return this.seek(stampNs);
  }

  /** One frame on or back. False at the end, or if too many steps wait already because a key is held. */
  async step(direction: 1 | -1): Promise<boolean> {
    if (this.#waitingSteps >= maxWaitingSteps) return false;
    this.#moves++;
    this.#soughtNs = undefined;
    this.#waitingSteps++;
    return this.#oneByOne(async () => {
      this.#waitingSteps--;
      const stampNs = this.frame.value?.stampNs;
      if (stampNs === undefined) return false;
      const kind = direction > 0 ? 'next' : 'previous';
      const frame = await this.#client.frame({ kind, stampNs });
      if (frame === undefined) return false;
      await this.#show(frame, direction > 0);
      return true;
    });
  }

  toggle(): void {
    if (this.isPlaying.value) this.pause();
    else void this.play();
  }

  pause(): void {
    this.isPlaying.value = false;
    this.#moves++;
    this.#soughtNs = undefined;
  }

  async play(): Promise<void> {
    const info = this.info.value;
    if (info === undefined || this.isPlaying.value) return;
    const run = ++this.#plays;
    this.isPlaying.value = true;
    this.skipped.value = 0;
    try {
      await this.#playOn(info, () => this.isPlaying.value && run === this.#plays);
    } catch (error) {
      this.error.value = error instanceof Error ? error.message : String(error);
    }
    if (run === this.#plays) this.isPlaying.value = false;
  }

  /** Plays while `isWanted`, up to the last frame; from the first one if the last one is shown already. */
  async #playOn({ startNs }: DriveInfo, isWanted: () => boolean): Promise<void> {
    const { frame } = this;
    let hasMoved = false;
    while (isWanted() && frame.value !== undefined) {
      const shownNs = frame.value.stampNs;
      const startMs = performance.now();
      const move = this.#moves;
      const next = await this.#client.frame({ kind: 'next', stampNs: shownNs });
      if (!isWanted()) return;
      // The user moved meanwhile: go on from there.
      if (move !== this.#moves) continue;
      if (next === undefined) {
        if (hasMoved) return;
        hasMoved = true;
        await this.seek(startNs);
        continue;
      }
      hasMoved = true;
      const dueMs = startMs + Number(next.stampNs - shownNs) / 1e6 / this.speed.value;
      await until(Math.min(dueMs, startMs + 2000));
      if (move !== this.#moves) continue;
      await this.#oneByOne(() => this.#show(next, true));
      const behindNs = (performance.now() - dueMs) * 1e6 * this.speed.value;
      if (behindNs > skipBehindNs && !this.needsEveryFrame() && move === this.#moves) {
        await this.seek(next.stampNs + BigInt(Math.round(behindNs)));
        this.skipped.value += Math.max(0, (frame.value?.number ?? 0) - next.number - 1);
      }
    }
  }

  async #show(frame: DriveFrame, isNext: boolean): Promise<void> {
    const { picture } = frame;
    const bitmap =
      picture instanceof Uint8Array
        ? // Results are in pixels as stored: a picture that EXIF turned would not fit its boxes.
          await createImageBitmap(new Blob([withoutExif(picture)])).catch(() => undefined)
        : picture;
    const shown = { ...frame, bitmap, isNext };
    if (this.info.value?.hasPictures === true && bitmap === undefined)
      this.error.value = `the picture of frame ${frame.number} cannot be decoded`;
    const showAnswers = await this.beforeShown?.(shown);
    const before = this.frame.value?.bitmap;
    batch(() => {
      showAnswers?.();
      this.frame.value = shown;
    });
    // The previous picture may still be drawn: the new one is drawn only after this.
    if (before !== undefined) this.#retired.push(before);
    if (this.#retired.length > keptBitmaps) this.#retired.shift()!.close();
  }

  /** Runs moves one after the other, in the order of the calls, so that a frame and its results stay together. */
  #oneByOne<T>(move: () => Promise<T>): Promise<T> {
    const done = this.#last.then(move);
    this.#last = done.catch((error: unknown) => {
      this.error.value = error instanceof Error ? error.message : String(error);
    });
    return done;
  }
}

function until(timeMs: number): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      if (performance.now() >= timeMs) resolve();
      // A page in the background gets no animation frames.
      else if (document.hidden) setTimeout(look, 50);
      else requestAnimationFrame(look);
    };
    look();
  });
}

function secondsIn(hash: string): bigint {
  const seconds = Number(/^#at=(\d{1,7}(?:\.\d{1,3})?)$/.exec(hash)?.[1] ?? 0);
  return BigInt(Math.round(seconds * 1e9));
}
