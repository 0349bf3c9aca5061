import type { IncomingMessage, ServerResponse } from 'node:http';
import { hasErrorCode, PerceptionError } from '../../../src/frame/perception-error.js';
import { securityHeaders } from '../../../src/outputs/page/security.js';
import { parseControl } from './control.js';
import type { WatchedDrive } from './watched-drive.js';

/** What the page sends is short. */
const maxBodyBytes = 1024;

/**
 * Answers for a drive below `/road/` of the page's server, which has checked who asks. Resolves with false where there
 * is nothing of that name.
 *
 * | request | answer |
 * | --- | --- |
 * | `GET /road/frame?after=<n>` | the first frame after number n, when it is there; see `RoadState` |
 * | `POST /road/control` | takes a RoadControl as JSON |
 */
export async function answerForRoad(
  drive: WatchedDrive,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://page');
  switch (`${request.method} ${pathname}`) {
    case 'GET /road/frame': {
      const after = Number(searchParams.get('after') ?? 0);
      const frame = await drive.frameAfter(Number.isFinite(after) ? after : 0);
      send(response, 200, 'application/octet-stream', frame);
      return true;
    }
    case 'POST /road/control':
      await takeControl(drive, request, response);
      return true;
    default:
      return false;
  }
}

async function takeControl(
  drive: WatchedDrive,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  // A form of another page cannot send this type without being asked first.
  if (request.headers['content-type'] !== 'application/json')
    return send(response, 415, 'text/plain', 'expected application/json');
  try {
    const { driver, keys, seed } = parseControl(await readBody(request));
    if (driver !== undefined) drive.driver = driver;
    if (keys !== undefined) drive.keys = keys;
    if (seed !== undefined) drive.restart(seed);
    send(response, 204, 'text/plain', '');
  } catch (error) {
    if (!hasErrorCode(error)) throw error;
    send(response, 400, 'text/plain', error.message);
  }
}

async function readBody(request: IncomingMessage): Promise<string> {
  let text = '';
  request.setEncoding('utf8');
  for await (const chunk of request) {
    text += chunk;
    if (text.length > maxBodyBytes)
      throw new PerceptionError('ERR_USAGE', `expected at most ${maxBodyBytes} bytes, found more`);
  }
  return text;
}

function send(
  response: ServerResponse,
  status: number,
  contentType: string,
  body: string | Uint8Array,
): void {
  const headers = { ...securityHeaders, 'content-type': contentType, 'cache-control': 'no-store' };
  response.writeHead(status, headers).end(body);
}
