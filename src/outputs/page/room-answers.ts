import type { IncomingMessage, ServerResponse } from 'node:http';
import { hasErrorCode, PerceptionError } from '../../frame/perception-error.js';
import type { NewestMessage } from './newest-message.js';
import { send } from './send.js';

/** Requests of the page are short. */
const maxBodyBytes = 1024;

/**
 * Answers for a room of the page's server (`/road/`, `/calibration/`), which has checked the headers. Resolves with false
 * if there is nothing of that name.
 *
 * | request | answer |
 * | --- | --- |
 * | `GET /<room>/frame?after=<n>` | the newest message, as soon as its number is above n |
 * | `POST /<room>/control` | `control` takes the body; an ERR_ of it is answered with 400 |
 */
export async function answerForRoom(
  room: string,
  frames: Pick<NewestMessage, 'after'>,
  control: (text: string) => void,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://page');
  switch (`${request.method} ${pathname}`) {
    case `GET /${room}/frame`: {
      const after = Number(searchParams.get('after') ?? 0);
      const frame = await frames.after(Number.isFinite(after) ? after : 0);
      send(response, 200, 'application/octet-stream', frame);
      return true;
    }
    case `POST /${room}/control`:
      await takeControl(control, request, response);
      return true;
    default:
      return false;
  }
}

async function takeControl(
  control: (text: string) => void,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  // A form of another page cannot send this type without a preflight request.
  if (request.headers['content-type'] !== 'application/json')
    return send(response, 415, 'text/plain', 'expected application/json');
  try {
    control(await readBody(request));
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
