import type { IncomingMessage, ServerResponse } from 'node:http';
import { answerForRoom } from '../../../src/outputs/page/room-answers.js';
import { parseControl } from './control.js';
import type { WatchedDrive } from './watched-drive.js';

/** Answers the page's requests below `/road/`: `frame` with a RoadState and its messages, `control` with a RoadControl. */
export function answerForRoad(
  drive: WatchedDrive,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> {
  const control = (text: string) => {
    const { driver, keys, seed } = parseControl(text);
    if (driver !== undefined) drive.driver = driver;
    if (keys !== undefined) drive.keys = keys;
    if (seed !== undefined) drive.restart(seed);
  };
  return answerForRoom('road', drive, control, request, response);
}
