import { PerceptionError } from '../../../src/frame/perception-error.js';
import { openPageServer } from '../../../src/outputs/page/page-server.js';
import { answerForRoom } from '../../../src/outputs/page/room-answers.js';
import { type WatchBoardOptions, WatchedBoard } from './watch-board.js';

export interface LiveCalibrationView {
  readonly url: string;
  readonly board: WatchedBoard;
  close(): Promise<void>;
}

/**
 * Watches a source for a board and serves the page that shows it, on this machine's loopback address; `port` 0 picks
 * a free one. Rejects with ERR_PORT_IN_USE or the source's error.
 */
export async function openLiveCalibration(
  options: WatchBoardOptions & { port: number; pageDir(): Promise<string> },
): Promise<LiveCalibrationView> {
  const board = await WatchedBoard.open(options);
  const control = (text: string) => {
    checkControl(text);
    board.finish();
  };
  const server = await openPageServer({
    port: options.port,
    pageDir: options.pageDir,
    files: () => [],
    bundleDirs: {},
    onCalibration: (request, response) =>
      answerForRoom('calibration', board.frames, control, request, response),
  }).catch((error: unknown) => {
    board.stop();
    throw error;
  });
  return {
    url: server.url,
    board,
    async close() {
      board.frames.close();
      await server.close();
    },
  };
}

/** Throws ERR_USAGE for anything but a CalibrationControl. */
function checkControl(text: string): void {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  if ((value as { finish?: unknown } | null | undefined)?.finish !== true)
    throw new PerceptionError('ERR_USAGE', `expected {"finish":true}, found ${text.slice(0, 80)}`);
}
