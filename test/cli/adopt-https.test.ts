import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { colourNetwork } from '../support/colour-network.js';
import { windshield } from '../support/command-line.js';

const network = colourNetwork('scores');
const sha256 = createHash('sha256').update(network).digest('hex');

const answers: Record<string, (response: ServerResponse) => void> = {
  '/colours.onnx': (response) => response.end(network),
  '/moved.onnx': (response) => response.writeHead(302, { location: '/colours.onnx' }).end(),
  '/bare.onnx': (response) =>
    response.writeHead(302, { location: 'http://127.0.0.1:9/net.onnx' }).end(),
  '/short.onnx': (response) => {
    response.writeHead(200, { 'content-length': network.length });
    response.write(network.subarray(0, 100), () => response.destroy());
  },
};

const hasOpenssl = spawnSync('openssl', ['version']).status === 0;

describe.skipIf(!hasOpenssl)(
  'a network from a server of https on loopback (skipped without openssl)',
  () => {
    let dir: string;
    let server: Server;
    beforeAll(async () => {
      dir = await mkdtemp(join(tmpdir(), 'windshield-https-'));
      const [key, cert] = [join(dir, 'key.pem'), join(dir, 'cert.pem')];
      execFileSync(
        'openssl',
        [
          ...[
            'req',
            '-x509',
            '-newkey',
            'rsa:2048',
            '-nodes',
            '-days',
            '2',
            '-subj',
            '/CN=localhost',
          ],
          ...['-addext', 'subjectAltName=DNS:localhost', '-keyout', key, '-out', cert],
        ],
        { stdio: 'ignore' },
      );
      server = createServer(
        { key: await readFile(key), cert: await readFile(cert) },
        (request, response) => {
          const answer = answers[request.url!];
          if (answer === undefined) response.writeHead(404).end('<html>nothing here</html>');
          else answer(response);
        },
      );
      await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    });
    afterAll(async () => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
      await rm(dir, { recursive: true, force: true });
    });

    const adopt = (path: string, hash: string, out: string) =>
      windshield(
        [
          ...['adopt', `https://localhost:${(server.address() as AddressInfo).port}${path}`],
          ...['--sha256', hash, '--task', 'segmentation', '--classes', 'road,sky,vegetation,wall'],
          ...['--colour', 'rgb', '--range', '0..1', '--fit', 'stretch', '--pad', '0', '--out', out],
        ],
        { NODE_EXTRA_CA_CERTS: join(dir, 'cert.pem') },
      ).finished;

    test.each(['/colours.onnx', '/moved.onnx'])('%s is adopted with its hash', async (path) => {
      const out = join(dir, `of${path.replace('/', '-')}`);
      const { code, stderr } = await adopt(path, sha256, out);
      expect({ code, stderr }).toMatchObject({ code: 0 });
      const manifest = JSON.parse(await readFile(join(out, 'manifest.json'), 'utf8'));
      expect(manifest.network.sha256).toBe(sha256);
      expect(await readFile(join(out, 'MODEL_CARD.md'), 'utf8')).toContain(`https://localhost:`);
    });

    test.each([
      [
        '/colours.onnx',
        'another hash',
        'a'.repeat(64),
        new RegExp(`expected sha256 a+, found ${sha256}`),
      ],
      ['/bare.onnx', 'a way on to http', sha256, /expected a network, found/],
      ['/short.onnx', 'a transfer that breaks off', sha256, /expected a network, found/],
      ['/none.onnx', 'a page in its place', sha256, /expected a network, found status 404/],
    ])('%s: %s leaves one line and nothing written', async (path, _, hash, message) => {
      const before = await readdir(dir);
      const { code, stderr } = await adopt(path, hash, join(dir, 'none'));
      expect(stderr).toMatch(message);
      expect(stderr.trimEnd().split('\n')).toHaveLength(1);
      expect(code).toBe(2);
      expect(await readdir(dir)).toEqual(before);
    });
  },
);
