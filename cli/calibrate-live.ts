import { setTimeout as sleep } from 'node:timers/promises';
import type { CameraCalibrationResult } from '../tools/calibrate/calibrate-camera.js';
import type { WatchBoardOptions } from '../tools/calibrate/live/watch-board.js';
import type { RgbImage } from '../tools/datasets/sample.js';
import { builtPage } from './built-page.js';
import { describeError, exitCodes } from './exit-codes.js';
import { onStopSignals } from './stop-signals.js';
import type { Terminal } from './terminal.js';

/** Longest wait for an open page to get the last message, and for its bytes to leave the process, milliseconds. */
const lastWordMs = 5000;
const sentMs = 50;

/** The calibration and the pictures that it was computed from. */
export interface LiveResult {
  result: CameraCalibrationResult;
  pictureNamed(name: string): Promise<RgbImage | undefined>;
}

/**
 * Calibrates on the page until the camera is known well enough or the source ends. `write` writes the requested files
 * and returns the page's text about them. Ctrl-C before that writes nothing and exits with code 130.
 */
export async function calibrateLive(
  options: Omit<WatchBoardOptions, 'onNote'> & { port: number },
  terminal: Terminal,
  write: (live: LiveResult) => Promise<string[]>,
): Promise<void> {
  const { openLiveCalibration } = await import('../tools/calibrate/live/open-live-calibration.js');
  const { decodeImage } = await import('../src/codec/image-codec.js');
  const onNote = (text: string) => terminal.note(text);
  const view = await openLiveCalibration({ ...options, onNote, pageDir: builtPage });
  const { board } = view;
  let onStop = () => board.stop();
  const forget = onStopSignals(() => onStop());
  try {
    terminal.note(`look: ${view.url} (Ctrl-C ends it)`);
    const result = await board.watch();
    if (result === undefined) {
      terminal.note('calibrate ended by Ctrl-C: nothing was written');
      process.exitCode = exitCodes.interrupted;
      return;
    }
    const pictureNamed = async (name: string) => {
      const jpeg = board.pictureNamed(name);
      return jpeg && decodeImage(jpeg);
    };
    const said = await write({ result, pictureNamed }).catch((error: unknown) => {
      board.show('failed', [describeError(error)]);
      throw error;
    });
    const stopped = new Promise<void>((resolve) => {
      onStop = resolve;
    });
    board.show('done', said);
    if (!terminal.isInteractive) return;
    terminal.note(`the result stays on ${view.url} (Ctrl-C ends it)`);
    await stopped;
  } finally {
    forget();
    const { frames } = board;
    if (frames.isWatched)
      await Promise.race([frames.newestTaken(), sleep(lastWordMs, undefined, { ref: false })]);
    await sleep(sentMs);
    await view.close();
  }
}
