import { existsSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { dirname } from 'node:path';
import type { Duplex } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { PerceptionError } from '../../frame/perception-error.js';
import { foxgloveProtocols } from '../foxglove/foxglove-protocol.js';
import { type Access, bringsToken, tokenCookie } from './access.js';
import type { PageSession } from './page-session.js';
import { securityHeaders, whyRefused } from './security.js';
import { send } from './send.js';
import { fileInside, serveFile } from './serve-file.js';

export interface PageServerOptions {
  /** 0 picks a free port. */
  port: number;
  /** Where it listens and who may use it; only this machine when left out. */
  access?: Access;
  /**
   * The folder of the built page; called at the first request, so that a build costs nothing before. No page when left
   * out.
   */
  pageDir?(): Promise<string>;
  /** Recordings that may be read; called at each request, as they may come later. */
  files(): readonly { name: string; path: string; sizeBytes: number }[];
  /** Folder of each task's bundle. */
  bundleDirs: Readonly<Partial<Record<string, string>>>;
  /** Names of the cameras of a rig with several: `/live?camera=<name>` shows one. */
  cameras?: readonly string[];
  /** Takes a connection to `/live`, whose headers were checked. */
  onLive?(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Takes a connection of Foxglove, recognised by its sub-protocol. */
  onFoxglove?(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Returns the answer of `/metrics`. */
  onMetrics?(): Promise<{ contentType: string; text: string }>;
  /** Answers a request below `/road/` whose headers were checked; resolves with false if there is no such path. */
  onRoad?(request: IncomingMessage, response: ServerResponse): Promise<boolean>;
  /** The same below `/calibration/`. */
  onCalibration?(request: IncomingMessage, response: ServerResponse): Promise<boolean>;
  /** The same below `/explain/`. */
  onExplain?(request: IncomingMessage, response: ServerResponse): Promise<boolean>;
}

export interface PageServer {
  readonly url: string;
  readonly port: number;
  /** Ends at once; connections are cut. */
  close(): Promise<void>;
}

/** First parts of paths that need the token: everything but the page's own files. */
const guardedRooms = new Set([
  'session.json',
  'files',
  'bundles',
  'road',
  'calibration',
  'explain',
  'metrics',
]);
const maxConnections = 64;
const requestTimeoutMs = 30_000;
const bundleFileNames = /^(?:manifest\.json|golden\.json|[A-Za-z0-9._-]+\.onnx)$/;
const runtimeFileNames = /^ort[a-z.-]*\.(?:mjs|wasm)$/;

/**
 * Serves the page and the data it reads, by default on this machine's loopback address. Every path is in a list or in a
 * listed folder; other hosts, other origins, and methods other than GET and HEAD are refused. If the access has a token,
 * only the page's own files are served without it. Rejects with ERR_PORT_IN_USE.
 */
export async function openPageServer(options: PageServerOptions): Promise<PageServer> {
  let port = options.port;
  const access = options.access ?? { address: '127.0.0.1' };
  const server = createServer((request, response) => {
    answer(options, access, port, request, response).catch((error: unknown) => {
      const text = error instanceof Error ? error.message : String(error);
      if (response.headersSent) response.destroy();
      else sendText(response, 500, text);
    });
  });
  server.maxConnections = maxConnections;
  server.requestTimeout = requestTimeoutMs;
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    const path = pathOf(request);
    const take = path === undefined ? undefined : upgradeOf(options, request, path);
    const refusal = whyRefused(request, port, access);
    if (refusal !== undefined) socket.end('HTTP/1.1 403 Refused\r\n\r\n');
    else if (path === undefined) socket.end('HTTP/1.1 400 Path expected\r\n\r\n');
    else if (!bringsToken(request, access.token)) socket.end('HTTP/1.1 401 Token expected\r\n\r\n');
    else if (take === undefined) socket.end('HTTP/1.1 404 Refused\r\n\r\n');
    else take(request, socket, head);
  });
  await listen(server, port, access.address);
  port = (server.address() as AddressInfo).port;
  return {
    url: `http://${urlHost(access.address)}:${port}`,
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/**
 * Returns the path of a request, without its query; undefined if it is not a path of this server: `//name` and
 * `http://name` are other servers.
 */
function pathOf({ url = '/' }: IncomingMessage): string | undefined {
  return /^\/(?!\/)/.test(url) && URL.canParse(url, 'http://page')
    ? new URL(url, 'http://page').pathname
    : undefined;
}

/** Returns the handler of a WebSocket. Pages send their origin; other tools do not. */
function upgradeOf(
  { onLive, onFoxglove }: PageServerOptions,
  request: IncomingMessage,
  path: string,
) {
  const protocols = (request.headers['sec-websocket-protocol'] ?? '').split(/, */);
  if (protocols.some((name) => foxgloveProtocols.includes(name))) return onFoxglove;
  const isPage = request.headers.origin === `http://${request.headers.host}`;
  return path === '/live' && isPage ? onLive : undefined;
}

/** A server on every address of this machine is reached by its loopback address. */
const urlHost = (address: string): string => {
  if (address === '0.0.0.0' || address === '::') return '127.0.0.1';
  return address.includes(':') ? `[${address}]` : address;
};

async function answer(
  options: PageServerOptions,
  access: Access,
  port: number,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const refusal = whyRefused(request, port, access);
  if (refusal !== undefined) return sendText(response, 403, refusal);
  const path = pathOf(request);
  if (path === undefined) return sendText(response, 400, 'expected a path on this server');
  if (path === '/enter') return enter(access, request, response);
  const [, room = '', name = '', part = ''] = path.split('/');
  // The page's own files hold no data, and the page asks for the token.
  const isPublic = !guardedRooms.has(room);
  if (!isPublic && !bringsToken(request, access.token)) {
    response.setHeader('www-authenticate', 'Bearer');
    return sendText(response, 401, 'expected the token of this rig');
  }
  const onRoom = onRoomOf(options, room);
  if (onRoom !== undefined && name !== '') {
    if (await onRoom(request, response)) return;
    return sendText(response, 404, 'there is no such page');
  }
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return sendText(response, 405, 'expected GET');
  if (path === '/metrics' && options.onMetrics !== undefined) {
    const { contentType, text } = await options.onMetrics();
    return send(response, 200, contentType, text);
  }
  if (path === '/session.json') {
    const session = JSON.stringify(sessionOf(options));
    return send(response, 200, 'application/json; charset=utf-8', session);
  }
  const file = await fileOf(options, path, room, name, part);
  if (file === undefined) return sendText(response, 404, 'there is no such page');
  // Built files carry a hash of their contents in their names.
  const cacheControl = room === 'assets' ? 'public, max-age=31536000, immutable' : 'no-cache';
  await serveFile(request, response, file, cacheControl);
}

/** Returns the handler of a room that answers its own requests. */
function onRoomOf({ onRoad, onCalibration, onExplain }: PageServerOptions, room: string) {
  if (room === 'road') return onRoad;
  if (room === 'explain') return onExplain;
  return room === 'calibration' ? onCalibration : undefined;
}

/** Takes the token once, and gives the page a cookie to use instead. */
function enter({ token }: Access, request: IncomingMessage, response: ServerResponse): void {
  if (request.method !== 'POST') sendText(response, 405, 'expected POST');
  else if (!bringsToken(request, token)) sendText(response, 401, 'this is not the token');
  else {
    if (token !== undefined) response.setHeader('set-cookie', tokenCookie(token));
    response.writeHead(204, securityHeaders).end();
  }
}

async function fileOf(
  options: PageServerOptions,
  path: string,
  room: string,
  name: string,
  part: string,
): Promise<string | undefined> {
  if (room === 'files') return /^\d+$/.test(name) ? options.files()[Number(name)]?.path : undefined;
  if (room === 'bundles') {
    const dir = Object.hasOwn(options.bundleDirs, name) ? options.bundleDirs[name] : undefined;
    return dir !== undefined && bundleFileNames.test(part) ? fileInside(dir, part) : undefined;
  }
  if (room === 'ort')
    return runtimeFileNames.test(name) ? fileInside(runtimeDir(), name) : undefined;
  if (options.pageDir === undefined) return undefined;
  return fileInside(await options.pageDir(), path === '/' ? 'index.html' : path.slice(1));
}

/** Returns the folder of the onnxruntime-web files that a browser loads: in the package, or where npm installed them. */
function runtimeDir(): string {
  const packedDir = fileURLToPath(new URL('../../../page-runtime', import.meta.url));
  if (existsSync(packedDir)) return packedDir;
  const { resolve } = createRequire(import.meta.url);
  return dirname(resolve('onnxruntime-web/ort-wasm-simd-threaded.wasm'));
}

function sessionOf(options: PageServerOptions): PageSession {
  const { files, bundleDirs, cameras = [], onLive, onRoad, onCalibration, onExplain } = options;
  return {
    files: files().map(({ name, sizeBytes }) => ({ name, sizeBytes })),
    bundles: Object.keys(bundleDirs),
    isLive: onLive !== undefined,
    cameras,
    isRoad: onRoad !== undefined,
    isCalibration: onCalibration !== undefined,
    isExplain: onExplain !== undefined,
  };
}

const sendText = (response: ServerResponse, status: number, text: string): void =>
  send(response, status, 'text/plain; charset=utf-8', `${text}\n`);

function listen(server: Server, port: number, address: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const isTaken = cause.code === 'EADDRINUSE';
      const message = isTaken
        ? `expected port ${port} to be free for the page, found it in use; --port takes another`
        : `cannot listen on ${address}, port ${port}: ${cause.message}`;
      reject(new PerceptionError(isTaken ? 'ERR_PORT_IN_USE' : 'ERR_USAGE', message, { cause }));
    });
    server.listen(port, address, () => resolve());
  });
}
