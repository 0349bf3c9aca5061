import { existsSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { dirname } from 'node:path';
import type { Duplex } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { PerceptionError } from '../../frame/perception-error.js';
import type { PageSession } from './page-session.js';
import { securityHeaders, whyRefused } from './security.js';
import { fileInside, serveFile } from './serve-file.js';

/** Where the page is, unless it is told otherwise. */
export const defaultPagePort = 5580;

export interface PageServerOptions {
  /** 0 takes a free one. */
  port: number;
  /** The folder of the built page; asked for at the first look, so that a build costs nothing before. */
  pageDir(): Promise<string>;
  /** Paths of the recordings that may be read; asked for again at each request, as they may come later. */
  files(): readonly { name: string; path: string; sizeBytes: number }[];
  /** Folder of each task's bundle. */
  bundleDirs: Readonly<Partial<Record<string, string>>>;
  /** Takes a connection to `/live`, whose headers were checked. */
  onLive?(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Answers what lies below `/road/`, whose headers were checked; false where there is no such thing. */
  onRoad?(request: IncomingMessage, response: ServerResponse): Promise<boolean>;
}

export interface PageServer {
  readonly url: string;
  readonly port: number;
  /** Ends at once; connections are cut. */
  close(): Promise<void>;
}

const maxConnections = 64;
const requestTimeoutMs = 30_000;
const bundleFileNames = /^(?:manifest\.json|golden\.json|[A-Za-z0-9._-]+\.onnx)$/;
const runtimeFileNames = /^ort[a-z.-]*\.(?:mjs|wasm)$/;

/**
 * Serves the page and what it reads on this machine's loopback address. Every path is one of a list or lies in its
 * folder; other hosts, origins and methods than GET and HEAD are refused. Rejects with ERR_PORT_IN_USE.
 */
export async function openPageServer(options: PageServerOptions): Promise<PageServer> {
  let port = options.port;
  const server = createServer((request, response) => {
    answer(options, port, request, response).catch((error: unknown) => {
      const text = error instanceof Error ? error.message : String(error);
      if (response.headersSent) response.destroy();
      else sendText(response, 500, text);
    });
  });
  server.maxConnections = maxConnections;
  server.requestTimeout = requestTimeoutMs;
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    const isLive = new URL(request.url ?? '/', 'http://page').pathname === '/live';
    const refusal = whyRefused(request, port) ?? (request.headers.origin ? undefined : 'no Origin');
    if (refusal !== undefined || !isLive || options.onLive === undefined)
      socket.end(`HTTP/1.1 ${refusal === undefined ? 404 : 403} Refused\r\n\r\n`);
    else options.onLive(request, socket, head);
  });
  await listen(server, port);
  port = (server.address() as AddressInfo).port;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(
  options: PageServerOptions,
  port: number,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const refusal = whyRefused(request, port);
  if (refusal !== undefined) return sendText(response, 403, refusal);
  const path = new URL(request.url ?? '/', 'http://page').pathname;
  if (path.startsWith('/road/') && options.onRoad !== undefined) {
    if (await options.onRoad(request, response)) return;
    return sendText(response, 404, 'there is no such page');
  }
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return sendText(response, 405, 'expected GET');
  if (path === '/session.json') return sendJson(response, sessionOf(options));
  const [, room = '', name = '', part = ''] = path.split('/');
  const file = await fileOf(options, path, room, name, part);
  if (file === undefined) return sendText(response, 404, 'there is no such page');
  // Built files carry a hash of their contents in their names.
  const cacheControl = room === 'assets' ? 'public, max-age=31536000, immutable' : 'no-cache';
  await serveFile(request, response, file, cacheControl);
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
  return fileInside(await options.pageDir(), path === '/' ? 'index.html' : path.slice(1));
}

/** Where the files of onnxruntime-web lie that a browser loads: in the package, or where npm has put them. */
function runtimeDir(): string {
  const packedDir = fileURLToPath(new URL('../../../page-runtime', import.meta.url));
  if (existsSync(packedDir)) return packedDir;
  const { resolve } = createRequire(import.meta.url);
  return dirname(resolve('onnxruntime-web/ort-wasm-simd-threaded.wasm'));
}

function sessionOf({ files, bundleDirs, onLive, onRoad }: PageServerOptions): PageSession {
  return {
    files: files().map(({ name, sizeBytes }) => ({ name, sizeBytes })),
    bundles: Object.keys(bundleDirs),
    isLive: onLive !== undefined,
    isRoad: onRoad !== undefined,
  };
}

function sendJson(response: ServerResponse, value: unknown): void {
  const headers = { ...securityHeaders, 'content-type': 'application/json; charset=utf-8' };
  response.writeHead(200, { ...headers, 'cache-control': 'no-store' }).end(JSON.stringify(value));
}

function sendText(response: ServerResponse, status: number, text: string): void {
  const headers = { ...securityHeaders, 'content-type': 'text/plain; charset=utf-8' };
  response.writeHead(status, headers).end(`${text}\n`);
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const isTaken = cause.code === 'EADDRINUSE';
      const message = isTaken
        ? `expected port ${port} to be free for the page, found it in use; --port takes another`
        : `cannot listen on port ${port}: ${cause.message}`;
      reject(new PerceptionError(isTaken ? 'ERR_PORT_IN_USE' : 'ERR_USAGE', message, { cause }));
    });
    server.listen(port, '127.0.0.1', () => resolve());
  });
}
