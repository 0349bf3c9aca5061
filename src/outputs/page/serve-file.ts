import { createReadStream } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, resolve, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { parseRange } from './byte-range.js';
import { securityHeaders } from './security.js';

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
};

/**
 * Returns the file that an address below `dir` names, or undefined. It must exist and, with links resolved, be inside the
 * folder, so that no address leaves it.
 */
export async function fileInside(dir: string, address: string): Promise<string | undefined> {
  let name: string;
  try {
    name = decodeURIComponent(address);
  } catch {
    return undefined;
  }
  if (name.includes('\0')) return undefined;
  const root = await realpath(dir).catch(() => undefined);
  if (root === undefined) return undefined;
  const path = await realpath(resolve(root, `./${name}`)).catch(() => undefined);
  if (path === undefined || !path.startsWith(root + sep)) return undefined;
  const info = await stat(path).catch(() => undefined);
  return info?.isFile() ? path : undefined;
}

/** Answers with a file, or with the part of it that the request's Range names. */
export async function serveFile(
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  cacheControl = 'no-cache',
): Promise<void> {
  const { size } = await stat(path);
  const range = parseRange(request.headers.range, size);
  const headers = {
    ...securityHeaders,
    'content-type': contentTypes[extname(path)] ?? 'application/octet-stream',
    'cache-control': cacheControl,
    'accept-ranges': 'bytes',
  };
  if (range === 'unsatisfiable') {
    response.writeHead(416, { ...securityHeaders, 'content-range': `bytes */${size}` }).end();
    return;
  }
  const { start, end } = range ?? { start: 0, end: size - 1 };
  response.writeHead(range === undefined ? 200 : 206, {
    ...headers,
    'content-length': String(end - start + 1),
    ...(range !== undefined && { 'content-range': `bytes ${start}-${end}/${size}` }),
  });
  if (request.method === 'HEAD' || size === 0) {
    response.end();
    return;
  }
  // A browser that disconnects in the middle is not an error.
  await pipeline(createReadStream(path, { start, end }), response).catch(() => response.destroy());
}
