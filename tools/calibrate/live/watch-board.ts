import { basename } from 'node:path';
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';
import { greyFromRgb } from '../../../src/calibration/grey-picture.js';
import { withoutCredentials } from '../../../src/capture/credentials.js';
import { JpegEncoder } from '../../../src/codec/jpeg-encoder.js';
import { fillPackedRgb } from '../../../src/codec/packed-rgb.js';
import type { FrameLayout } from '../../../src/frame/frame.js';
import { hasErrorCode } from '../../../src/frame/perception-error.js';
import type {
  CalibrationPhase,
  CalibrationState,
} from '../../../src/outputs/page/calibration-protocol.js';
import { joinParts } from '../../../src/outputs/page/message-parts.js';
import { NewestMessage } from '../../../src/outputs/page/newest-message.js';
import { type Board, boardName, pointCount } from '../board/board.js';
import { type CameraCalibrationResult, goodCoverage } from '../calibrate-camera.js';
import type { CalibrationEngine } from '../engine/calibration-engine.js';
import type { LensKind } from '../solve/projection.js';
import { LiveCalibration, type Look, leastPictures } from './live-calibration.js';
import { NewestFrame } from './newest-frame.js';

export interface WatchBoardOptions {
  source: string;
  board: Board;
  engine: CalibrationEngine;
  /** The lens model; undefined to choose it. */
  kind: LensKind | undefined;
  /** Called for each picture taken, and with notes on the source for people. */
  onNote(text: string): void;
}

/** JPEG quality of pictures on the page, and of those kept for the report. */
const [shownQuality, keptQuality] = [80, 95];
/** Milliseconds within which a page that was just answered requests again. */
const askedAgainMs = 100;
const noPicture = new Uint8Array();
const nothing: Look = { sighting: undefined, isTaken: false, hint: '' };

/** Watches a source for a board, feeds the page, and calibrates the camera at the end. */
export class WatchedBoard {
  /** Messages for pages: a CalibrationState and a JPEG, as joined parts. */
  readonly frames = new NewestMessage();
  readonly #options: WatchBoardOptions;
  readonly #source: NewestFrame;
  readonly #live: LiveCalibration;
  readonly #layout: FrameLayout;
  readonly #rgb: Uint8Array;
  readonly #encoder: JpegEncoder;
  readonly #keeper: JpegEncoder;
  readonly #kept = new Map<string, Uint8Array>();
  #solvedWith = 0;
  /** Why the last calibration attempt failed. */
  #problem = '';
  #isFinishAsked = false;
  #isStopped = false;
  #onStop = () => {};
  readonly #stopped = new Promise<void>((resolve) => {
    this.#onStop = resolve;
  });

  private constructor(options: WatchBoardOptions, source: NewestFrame) {
    const { widthPx, heightPx } = source.capture.info.layout;
    this.#options = options;
    this.#source = source;
    this.#layout = { format: 'rgb8', widthPx, heightPx, strideBytes: widthPx * 3 };
    this.#rgb = new Uint8Array(widthPx * heightPx * 3);
    this.#encoder = new JpegEncoder(this.#layout, shownQuality);
    this.#keeper = new JpegEncoder(this.#layout, keptQuality);
    const { board, engine, kind } = options;
    const { isMotionSeen } = source;
    this.#live = new LiveCalibration({ board, engine, kind, isMotionSeen, size: this.#layout });
    source.capture.onNote(options.onNote);
  }

  /** Opens the source; rejects with its error. */
  static async open(options: WatchBoardOptions): Promise<WatchedBoard> {
    return new WatchedBoard(options, await NewestFrame.open(options.source));
  }

  /** The JPEG of a picture that was taken. */
  pictureNamed(name: string): Uint8Array | undefined {
    return this.#kept.get(name);
  }

  /** Calibrates with the pictures taken so far, after the current look. */
  finish(): void {
    this.#isFinishAsked = true;
  }

  /** Ends without a result. */
  stop(): void {
    this.#isStopped = true;
    this.#onStop();
    void this.#source.close();
  }

  /**
   * Watches until the camera is known well enough, the source ends, or `finish` is called; undefined after `stop`.
   * Rejects with ERR_CALIBRATION, or with the source's error if it failed before a picture was taken.
   */
  async watch(): Promise<CameraCalibrationResult | undefined> {
    try {
      const result = await this.#collect();
      if (result === undefined) this.show('stopped', [`${this.#live.taken} pictures were taken`]);
      return result;
    } catch (error) {
      this.show('failed', [error instanceof Error ? error.message : String(error)]);
      throw error;
    } finally {
      await this.#source.close();
    }
  }

  /** Sends the page a state without a new picture. */
  show(phase: CalibrationPhase, result: readonly string[], hint = ''): void {
    this.#put(phase, { ...nothing, hint }, noPicture, result);
  }

  async #collect(): Promise<CameraCalibrationResult | undefined> {
    for (;;) {
      const frame = await this.#source.next();
      if (this.#isStopped) return undefined;
      if (frame === undefined) break;
      if (frame === 'lost') {
        this.show('watching', [], `the camera is lost: ${this.#source.lost}`);
        continue;
      }
      const { ring } = this.#source.capture;
      fillPackedRgb(ring.pixels(frame.slot), ring.layout, this.#rgb);
      ring.release(frame.slot);
      this.#look(Number(frame.sourceTimeNs) / 1e9);
      // A recorded source would end before anybody saw it, so it waits for a page to receive the first picture.
      if (this.#source.isRecorded && !this.frames.isWatched)
        await Promise.race([this.frames.newestTaken(), this.#stopped]);
      if (this.#isStopped) return undefined;
      // Pages are answered between two looks.
      await turn();
      const isDue = this.#live.isKnownWellEnough && this.#live.taken > this.#solvedWith;
      if (!isDue && !this.#isFinishAsked) continue;
      const isEnough = this.#isFinishAsked;
      const result = await this.#solve().catch((error: unknown) => {
        if (!hasErrorCode(error) || error.code !== 'ERR_CALIBRATION') throw error;
        this.#problem = error.message;
      });
      if (result && (isEnough || this.#live.isWellKnown(result))) return result;
    }
    const end = await this.#source.capture.ended;
    if (end.kind === 'failed') {
      if (this.#live.taken === 0) throw end.error;
      this.#options.onNote(`calibrating with what came before this: ${end.error.message}`);
    }
    return this.#solve();
  }

  #look(atS: number): void {
    const { info } = this.#source.capture;
    const name = `${withoutCredentials(basename(info.name))}@${atS.toFixed(2)}s`;
    const { widthPx, heightPx } = this.#layout;
    const look = this.#live.look(name, greyFromRgb({ widthPx, heightPx, data: this.#rgb }));
    if (look.isTaken) {
      this.#problem = '';
      // Copied: a Buffer's own slice would be the encoder's memory.
      this.#kept.set(name, new Uint8Array(this.#keeper.encode(this.#rgb)));
      this.#options.onNote(`${name}: ${look.hint}; next: ${this.#live.nextNeed}`);
    }
    this.#put('watching', look, this.#encoder.encode(this.#rgb), []);
  }

  async #solve(): Promise<CameraCalibrationResult> {
    this.show('solving', []);
    // Gives pages time to receive the state before this thread is busy.
    await sleep(askedAgainMs);
    this.#isFinishAsked = false;
    this.#solvedWith = this.#live.taken;
    return this.#live.finish();
  }

  #put(phase: CalibrationPhase, look: Look, jpeg: Uint8Array, result: readonly string[]): void {
    const { board } = this.#options;
    const live = this.#live;
    const { widthPx, heightPx } = this.#layout;
    const { sighting } = look;
    const isWhole = sighting !== undefined && sighting.ids.length === pointCount(board);
    const state: CalibrationState = {
      frame: this.frames.number + 1,
      phase,
      board: boardName(board),
      widthPx,
      heightPx,
      pointsPx: [...(sighting?.pointsPx ?? [])],
      cols: isWhole ? board.cols - (board.kind === 'charuco' ? 1 : 0) : undefined,
      isTaken: look.isTaken,
      hint: look.hint,
      taken: live.taken,
      leastPictures,
      coverage: [...live.coverage],
      coverageTarget: goodCoverage,
      tilts: live.tilts,
      certainties: live.certainties,
      problem: this.#problem,
      result,
    };
    this.frames.put(joinParts([new TextEncoder().encode(JSON.stringify(state)), jpeg]));
  }
}
