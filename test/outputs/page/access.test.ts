import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isLoopback } from '../../../src/outputs/page/access.js';
import { openPageServer, type PageServer } from '../../../src/outputs/page/page-server.js';
import { readTokenFile } from '../../../src/outputs/page/token-file.js';
import { parsePipeline } from '../../../src/pipeline/pipeline-file.js';

const token = 'a-token-of-twenty-six-char';
const dir = mkdtempSync(join(tmpdir(), 'windshield-access-'));
let server: PageServer;

beforeAll(async () => {
  writeFileSync(join(dir, 'index.html'), 'page');
  server = await openPageServer({
    port: 0,
    access: { address: '0.0.0.0', token },
    pageDir: async () => dir,
    files: () => [],
    bundleDirs: {},
    onLive: (_request, socket) => socket.end('HTTP/1.1 299 Taken\r\n\r\n'),
    onFoxglove: (_request, socket) => socket.end('HTTP/1.1 299 Taken\r\n\r\n'),
    onMetrics: async () => ({ contentType: 'text/plain', text: 'metrics' }),
  });
});
afterAll(async () => {
  await server.close();
  rmSync(dir, { recursive: true });
});

function ask(path: string, headers: Record<string, string> = {}, method = 'GET') {
  return new Promise<{ status: number; cookie: string; body: string }>((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port: server.port, path, method, headers });
    asked.on('response', async (got) => {
      const cookie = got.headers['set-cookie']?.[0] ?? '';
      resolve({ status: got.statusCode!, cookie, body: await text(got) });
    });
    asked.on('error', reject);
    asked.end();
  });
}
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const upgrade = (protocol?: string) => ({
  connection: 'upgrade',
  upgrade: 'websocket',
  origin: `http://127.0.0.1:${server.port}`,
  ...(protocol !== undefined && { 'sec-websocket-protocol': protocol }),
});

test.each(['/session.json', '/files/0', '/bundles/signs/manifest.json', '/metrics'])(
  '%s needs the token',
  async (path) => {
    expect((await ask(path)).status).toBe(401);
    expect((await ask(path, bearer('another-token-of-30-letters-xy'))).status).toBe(401);
    expect((await ask(path, { cookie: `windshield=${token}` })).status).toBe(401);
    expect((await ask(path, bearer(token))).status).not.toBe(401);
    expect((await ask(`${path}?token=${token}`)).status).toBe(401);
  },
);

test.each([undefined, 'foxglove.websocket.v1'])(
  'a WebSocket (%s) needs the token',
  async (name) => {
    expect((await ask('/live', upgrade(name))).status).toBe(401);
    expect((await ask('/live', { ...upgrade(name), ...bearer(token) })).status).toBe(299);
  },
);

test('the page itself comes without it, and takes it once for a cookie that scripts cannot read', async () => {
  expect((await ask('/')).status).toBe(200);
  expect((await ask('/enter', bearer('wrong'), 'POST')).status).toBe(401);
  expect((await ask('/enter', bearer(token), 'GET')).status).toBe(405);
  const { status, cookie } = await ask('/enter', bearer(token), 'POST');
  expect(status).toBe(204);
  expect(cookie).toMatch(/; HttpOnly; SameSite=Strict/);
  expect(cookie).not.toContain(token);
  expect((await ask('/session.json', { cookie: cookie.split(';')[0]! })).status).toBe(200);
});

test('beyond loopback a request may name an address, but no name of another site', async () => {
  const host = (name: string) => ({ host: `${name}:${server.port}`, ...bearer(token) });
  expect((await ask('/metrics', host('192.168.1.7'))).status).toBe(200);
  expect((await ask('/metrics', host('[fe80::1]'))).status).toBe(200);
  const { status, body } = await ask('/metrics', host('evil.example'));
  expect(status).toBe(403);
  // The page is not for this machine alone here, and does not say so.
  expect(body).toContain("expected this machine's address or name");
  expect((await ask('/metrics', { host: '127.0.0.1:1', ...bearer(token) })).status).toBe(403);
  const foreign = { ...bearer(token), origin: 'http://evil.example' };
  expect((await ask('/metrics', foreign)).status).toBe(403);
});

test('a token file that others can read is refused, and no message holds the token', async () => {
  const path = join(dir, 'token');
  writeFileSync(path, `${token}\n`, { mode: 0o600 });
  expect(await readTokenFile(path)).toBe(token);
  chmodSync(path, 0o640);
  await expect(readTokenFile(path)).rejects.toThrow('found mode 0640');
  chmodSync(path, 0o600);
  writeFileSync(path, 'short');
  await expect(readTokenFile(path)).rejects.toThrow(/expected one line of 24 to 128(?!.*short)/);
});

test('a pipeline file that listens beyond loopback must name a token file', () => {
  const text = (listen: string) =>
    `bundles: { steering: b }\nlanes: [[steering]]\nlisten: ${listen}\n`;
  const parse = (listen: string) => parsePipeline(text(listen), '/rig/pipeline.yaml').listen;
  expect(() => parse('{ address: 0.0.0.0 }')).toThrow('expected a file with a token');
  expect(() => parse('{ address: example.org }')).toThrow('expected an IP address');
  expect(parse('{ address: "::", tokenFile: token }')?.tokenFile).toBe('/rig/token');
  expect(parse('{ metrics: true }')).toMatchObject({ address: '127.0.0.1', port: 5580 });
});

test.each([
  ['127.0.0.1', true],
  ['127.9.9.9', true],
  ['::1', true],
  ['0.0.0.0', false],
  ['::', false],
  ['192.168.1.2', false],
  ['localhost', false],
])('%s is loopback: %s', (address, expected) => {
  expect(isLoopback(address)).toBe(expected);
});
