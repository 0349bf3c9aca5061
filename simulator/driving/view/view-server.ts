import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { hasErrorCode, PerceptionError } from '../../../src/frame/perception-error.js';
import { securityHeaders } from '../../../src/outputs/page/security.js';
import { parseControl } from './control.js';
import { viewPage } from './page.js';
import type { WatchedDrive } from './watched-drive.js';

/** The page's own script and style by their hashes; nothing else runs, and no other page may frame it. */
const headers = {
  ...securityHeaders,
  'content-security-policy': [
    "default-src 'none'",
    `script-src ${hashOf('script')}`,
    `style-src ${hashOf('style')}`,
    "img-src 'self' blob:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
};

/** What the page sends is short. */
const maxBodyBytes = 1024;

export interface ViewServer {
  url: string;
  close(): Promise<void>;
}

/**
 * Serves the page and its drive on this machine's loopback address only. Rejects with ERR_PORT_IN_USE.
 *
 * | request | answer |
 * | --- | --- |
 * | `GET /` | the page |
 * | `GET /frame.jpg?after=<n>` | the first picture after frame n, when it is there |
 * | `GET /state` | DriveState as JSON |
 * | `POST /control` | takes a Control as JSON |
 */
export async function serveView(drive: WatchedDrive, port: number): Promise<ViewServer> {
  const server = createServer((request, response) => {
    answer(drive, request, response).catch((error: unknown) => {
      const isBad = hasErrorCode(error);
      send(response, isBad ? 400 : 500, 'text/plain', isBad ? error.message : 'internal fault');
    });
  });
  server.requestTimeout = 10_000;
  await listen(server, port);
  const { port: actual } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${actual}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(
  drive: WatchedDrive,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  // A page from elsewhere may find this port by a name of its own: it is not answered.
  const host = (request.headers.host ?? '').replace(/:\d+$/, '');
  if (host !== '127.0.0.1' && host !== 'localhost')
    return send(response, 403, 'text/plain', 'this page is for this machine only');
  const address = request.url ?? '/';
  // `//host` would name another server; only a path of this one is asked for.
  if (!/^\/(?!\/)/.test(address) || !URL.canParse(address, 'http://127.0.0.1'))
    return send(response, 400, 'text/plain', 'expected a path on this server');
  const { pathname, searchParams } = new URL(address, 'http://127.0.0.1');
  const route = `${request.method} ${pathname}`;
  if (route === 'GET /') return send(response, 200, 'text/html; charset=utf-8', viewPage);
  if (route === 'GET /state')
    return send(response, 200, 'application/json', JSON.stringify(drive.state));
  if (route === 'GET /frame.jpg') {
    const after = Number(searchParams.get('after') ?? 0);
    const jpeg = await drive.pictureAfter(Number.isFinite(after) ? after : 0);
    return send(response, 200, 'image/jpeg', jpeg);
  }
  if (route !== 'POST /control') return send(response, 404, 'text/plain', 'there is no such page');
  // Pages of other origins cannot send this type without asking first, and are not answered then.
  if (request.headers['content-type'] !== 'application/json')
    return send(response, 415, 'text/plain', 'expected application/json');
  const { driver, keys, showsTruth, seed } = parseControl(await readBody(request));
  if (driver !== undefined) drive.driver = driver;
  if (keys !== undefined) drive.keys = keys;
  if (showsTruth !== undefined) drive.showsTruth = showsTruth;
  if (seed !== undefined) drive.restart(seed);
  send(response, 204, 'text/plain', '');
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
  response.writeHead(status, {
    ...headers,
    'content-type': contentType,
    'cache-control': 'no-store',
  });
  response.end(body);
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const isTaken = cause.code === 'EADDRINUSE';
      const message = isTaken
        ? `expected port ${port} to be free, found it in use`
        : `cannot listen on port ${port}: ${cause.message}`;
      reject(new PerceptionError(isTaken ? 'ERR_PORT_IN_USE' : 'ERR_USAGE', message, { cause }));
    });
    server.listen(port, '127.0.0.1', () => resolve());
  });
}

/** CSP's name of the text in the page's one element of that kind. */
function hashOf(element: 'script' | 'style'): string {
  const inner = new RegExp(`<${element}>([^]*?)</${element}>`).exec(viewPage)?.[1] ?? '';
  return `'sha256-${createHash('sha256').update(inner).digest('base64')}'`;
}
