import type { IncomingMessage } from 'node:http';

/**
 * On every answer. The page runs its own scripts and WebAssembly and reaches its own server only; no other page
 * may frame it or read what it is given. The two cross-origin rules of isolation also give it threads
 * (SharedArrayBuffer).
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

/**
 * Why a request is not answered, or undefined. A page of another site may find this port by a name of its own
 * (DNS rebinding: another Host), may ask by script (another Origin), or may embed what is here (Sec-Fetch-Site).
 */
export function whyRefused({ headers }: IncomingMessage, port: number): string | undefined {
  const { host = '', origin } = headers;
  const names = loopbackHosts.map((name) => `${name}:${port}`);
  if (port === 80) names.push(...loopbackHosts);
  if (!names.includes(host))
    return `expected Host ${names[0]}, found another: this page is for this machine only`;
  if (origin !== undefined && origin !== `http://${host}`)
    return `expected Origin http://${host}, found another`;
  const isForeign = headers['sec-fetch-site'] === 'cross-site';
  if (isForeign && headers['sec-fetch-mode'] !== 'navigate')
    return 'this is not for pages of other sites';
  return undefined;
}
