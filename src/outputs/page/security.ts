import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { hostname } from 'node:os';
import { type Access, isLoopback } from './access.js';

/**
 * Headers of every answer. The page runs its own scripts and WebAssembly and reaches its own server only; no other page
 * may frame it or read its data. The two cross-origin isolation headers also allow it threads (SharedArrayBuffer).
 */
export const securityHeaders: Readonly<Record<string, string>> = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self' 'wasm-unsafe-eval'",
    "worker-src 'self'",
    "style-src 'self'",
    "img-src 'self' blob: data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

const loopbackHosts = ['127.0.0.1', 'localhost', '[::1]'];

/** Whether a request may call this server by this name: names of this machine and, beyond loopback, also addresses. */
function isOurHost(host: string, port: number, { address }: Access): boolean {
  const match = /^(\[[0-9a-fA-F:.]+\]|[^:[\]]+)(?::(\d{1,5}))?$/.exec(host);
  if (match === null || Number(match[2] ?? 80) !== port) return false;
  const name = match[1]!.toLowerCase();
  if (loopbackHosts.includes(name)) return true;
  if (isLoopback(address)) return name === address;
  // A page of another site can make a name resolve to this machine (DNS rebinding), but not an address.
  const own = hostname().toLowerCase();
  return isIP(name.replace(/^\[|\]$/g, '')) !== 0 || name === own || name === `${own}.local`;
}

/**
 * As a browser sends it: of an address, without its path, and in small letters. Addresses other than of the web have the
 * origin `null`, which any page can have: they stay as they are.
 */
function originOf(listed: string): string {
  const origin = URL.canParse(listed) ? new URL(listed).origin : 'null';
  return origin === 'null' ? listed : origin;
}

/**
 * Returns why a request is refused, or undefined. A page of another site may reach this port by its own name (DNS
 * rebinding: another Host), may send requests by script (another Origin), or may embed its contents (Sec-Fetch-Site).
 */
export function whyRefused(
  { headers }: IncomingMessage,
  port: number,
  access: Access,
): string | undefined {
  const { host = '', origin } = headers;
  if (!isOurHost(host, port, access))
    return isLoopback(access.address)
      ? `expected Host ${loopbackHosts[0]}:${port}, found another: this page is for this machine only`
      : `expected this machine's address or name with port ${port} as Host, found another`;
  const isListed = access.origins?.some((listed) => originOf(listed) === origin) === true;
  if (origin !== undefined && origin !== `http://${host}` && !isListed)
    return `expected Origin http://${host}, found another`;
  const isForeign = headers['sec-fetch-site'] === 'cross-site';
  if (isForeign && !isListed && headers['sec-fetch-mode'] !== 'navigate')
    return 'this is not for pages of other sites';
  return undefined;
}
