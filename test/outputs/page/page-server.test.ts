import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openPageServer, type PageServer } from '../../../src/outputs/page/page-server.js';

const dir = mkdtempSync(join(tmpdir(), 'windshield-server-'));
let server: PageServer;

beforeAll(async () => {
  mkdirSync(join(dir, 'page/assets'), { recursive: true });
  mkdirSync(join(dir, 'bundle'));
  writeFileSync(join(dir, 'page/index.html'), '<p>page</p>');
  writeFileSync(join(dir, 'secret.txt'), 'secret');
  writeFileSync(
    join(dir, 'drive.mcap'),
    Uint8Array.from({ length: 1000 }, (_, i) => i),
  );
  writeFileSync(join(dir, 'bundle/manifest.json'), '{}');
  symlinkSync(join(dir, 'secret.txt'), join(dir, 'page/link.txt'));
  symlinkSync(join(dir, 'secret.txt'), join(dir, 'bundle/model.onnx'));
  server = await openPageServer({
    port: 0,
    pageDir: async () => join(dir, 'page'),
    files: () => [{ name: 'drive.mcap', path: join(dir, 'drive.mcap'), sizeBytes: 1000 }],
    bundleDirs: { detection: join(dir, 'bundle') },
  });
});
afterAll(async () => {
  await server.close();
  rmSync(dir, { recursive: true });
});

/** As written: no client library tidies path or headers. */
function ask(path: string, headers: Record<string, string> = {}, method = 'GET') {
  return new Promise<{ status: number; headers: Record<string, unknown>; body: Buffer }>(
    (resolve, reject) => {
      const asked = request(
        { host: '127.0.0.1', port: server.port, path, method, headers },
        (got) => {
          const parts: Buffer[] = [];
          got.on('data', (part) => parts.push(part));
          got.on('end', () =>
            resolve({ status: got.statusCode!, headers: got.headers, body: Buffer.concat(parts) }),
          );
        },
      );
      asked.on('error', reject);
      asked.end();
    },
  );
}

test('the page comes with a strict content security policy and runs isolated', async () => {
  const { status, headers, body } = await ask('/');
  expect(status).toBe(200);
  expect(body.toString()).toBe('<p>page</p>');
  expect(headers['content-security-policy']).toContain("default-src 'none'");
  expect(headers['content-security-policy']).not.toContain('unsafe-inline');
  expect(headers['x-content-type-options']).toBe('nosniff');
  expect(headers['x-frame-options']).toBe('DENY');
  expect(headers['cross-origin-opener-policy']).toBe('same-origin');
  expect(headers['cross-origin-embedder-policy']).toBe('require-corp');
});

test.each([
  ['bytes=10-19', 206, 10, 20],
  ['bytes=990-', 206, 990, 1000],
  ['bytes=-5', 206, 995, 1000],
  ['bytes=995-5000', 206, 995, 1000],
])('%s of a recording is answered with just these bytes', async (range, status, start, end) => {
  const answer = await ask('/files/0', { range });
  expect(answer.status).toBe(status);
  expect(answer.headers['content-range']).toBe(`bytes ${start}-${end - 1}/1000`);
  expect([...answer.body]).toEqual(
    Array.from({ length: end - start }, (_, i) => (start + i) % 256),
  );
});

test('a range outside of the file is refused, one that is no range gives the whole', async () => {
  expect((await ask('/files/0', { range: 'bytes=1000-' })).status).toBe(416);
  expect((await ask('/files/0', { range: 'bytes=-0' })).status).toBe(416);
  expect((await ask('/files/0', { range: 'lines=1-2' })).body.length).toBe(1000);
});

test.each([
  '/../secret.txt',
  '/%2e%2e/secret.txt',
  '/assets/..%2f..%2fsecret.txt',
  '/link.txt',
  '/files/1',
  '/files/-1',
  '/files/0x0',
  '/bundles/detection/model.onnx',
  '/bundles/detection/..%2f..%2fsecret.txt',
  '/bundles/constructor/manifest.json',
  '/ort/package.json',
  '/ort/..%2fpackage.json',
  '/%00',
  '/%',
  '/assets',
])('%s leads nowhere', async (path) => {
  const { status, body } = await ask(path);
  expect(status).toBe(404);
  expect(body.toString()).not.toContain('secret');
});

test('the runtime and the bundles of the pipeline are there', async () => {
  expect((await ask('/ort/ort.wasm.min.mjs', {}, 'HEAD')).status).toBe(200);
  expect((await ask('/bundles/detection/manifest.json')).body.toString()).toBe('{}');
});

test.each([
  [{ host: 'rig.example' }, 403],
  [{ host: '127.0.0.1' }, 403],
  [{ origin: 'http://elsewhere.example' }, 403],
  [{ 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' }, 403],
  [{ 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }, 200],
] as [Record<string, string>, number][])(
  'a request with %o is answered %i',
  async (headers, status) => {
    expect((await ask('/session.json', headers)).status).toBe(status);
  },
);

test.each(['//', '//elsewhere/session.json', 'http://elsewhere/session.json'])(
  'GET %s is a bad request',
  async (path) => {
    expect((await ask(path)).status).toBe(400);
  },
);

test.each([
  ['//', '400'],
  ['//elsewhere/live', '400'],
  ['/%', '404'],
  ['/nowhere', '404'],
])('a WebSocket asked for at %s is refused with %s, and the server goes on', async (path, code) => {
  const socket = connect(server.port, '127.0.0.1');
  socket.write(
    `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n`,
  );
  const [first] = await once(socket, 'data');
  socket.destroy();
  expect(String(first)).toContain(`HTTP/1.1 ${code} `);
  expect((await ask('/session.json')).status).toBe(200);
});

test('only reading is possible', async () => {
  expect((await ask('/files/0', {}, 'POST')).status).toBe(405);
  expect((await ask('/files/0', {}, 'DELETE')).status).toBe(405);
});

test('a port that is taken is one clear error', async () => {
  const taken = openPageServer({
    port: server.port,
    pageDir: async () => dir,
    files: () => [],
    bundleDirs: {},
  });
  await expect(taken).rejects.toMatchObject({ code: 'ERR_PORT_IN_USE' });
});
