import type { ServerResponse } from 'node:http';
import { securityHeaders } from './security.js';

/** Ends an answer with contents that must not be cached: they hold only for this moment. */
export function send(
  response: ServerResponse,
  status: number,
  contentType: string,
  body: string | Uint8Array,
): void {
  const headers = { ...securityHeaders, 'content-type': contentType, 'cache-control': 'no-store' };
  response.writeHead(status, headers).end(body);
}
