import { request } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { constantController } from '../../../../simulator/driving/loop/controller.js';
import { SimulatedDrive } from '../../../../simulator/driving/loop/simulated-drive.js';
import { serveView, type ViewServer } from '../../../../simulator/driving/view/view-server.js';
import { type DriveState, WatchedDrive } from '../../../../simulator/driving/view/watched-drive.js';

let drive: WatchedDrive;
let server: ViewServer;
beforeAll(async () => {
  const setup = { widthPx: 64, heightPx: 64, speedMps: 12, disturbance: 0 };
  drive = await WatchedDrive.open({
    seed: 1,
    rateHz: 20,
    openDrive: (seed) => SimulatedDrive.open({ ...setup, seed, lengthM: 900, weather: 'plain' }),
    openNetwork: async () => constantController(0.1),
  });
  server = await serveView(drive, 0);
}, 300_000);
afterAll(async () => {
  await server.close();
  await drive.close();
});

const post = (body: string, contentType = 'application/json') =>
  fetch(`${server.url}control`, { method: 'POST', headers: { 'content-type': contentType }, body });
const stateNow = async () => (await (await fetch(`${server.url}state`)).json()) as DriveState;
const frameAfter = (after: number) => fetch(`${server.url}frame.jpg?after=${after}`);

test('the page, its pictures and its numbers are served', async () => {
  expect(await (await fetch(server.url)).text()).toContain('<canvas');
  const picture = await frameAfter(0);
  expect(picture.headers.get('content-type')).toBe('image/jpeg');
  const bytes = new Uint8Array(await picture.arrayBuffer());
  expect([...bytes.subarray(0, 2)]).toEqual([0xff, 0xd8]);
  const { frame } = await stateNow();
  await frameAfter(frame);
  expect((await stateNow()).frame).toBeGreaterThan(frame);
});

test('every answer says what may run, and that nobody may frame it', async () => {
  for (const answer of [await fetch(server.url), await fetch(`${server.url}nowhere`)]) {
    const policy = answer.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain('unsafe-inline');
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    expect(answer.headers.get('x-frame-options')).toBe('DENY');
  }
});

test.each(['//', '//elsewhere/state', 'http://elsewhere/'])(
  'GET %s is a bad request',
  async (path) => {
    const { port } = new URL(server.url);
    const status = await new Promise((resolve, reject) => {
      const asked = request({ host: '127.0.0.1', port, path }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      });
      asked.on('error', reject).end();
    });
    expect(status).toBe(400);
  },
);

test('held keys turn the wheels, and the network takes over when asked', async () => {
  await post(JSON.stringify({ keys: { left: true } }));
  const { frame } = await stateNow();
  await frameAfter(frame + 4);
  expect((await stateNow()).steeringRad).toBeGreaterThan(0);
  expect((await post(JSON.stringify({ driver: 'network', keys: {} }))).status).toBe(204);
  await frameAfter((await stateNow()).frame + 1);
  expect(await stateNow()).toMatchObject({ driver: 'network', problem: '' });
});

test('another seed is another world', async () => {
  await post(JSON.stringify({ seed: 2, driver: 'reference' }));
  await frameAfter((await stateNow()).frame + 1);
  expect((await stateNow()).seed).toBe(2);
});

test.each([
  ['not JSON', 'keys', 'application/json', 400],
  ['a driver there is none of', '{"driver":"pilot"}', 'application/json', 400],
  ['a driver that is no text', '{"driver":{"toString":1}}', 'application/json', 400],
  ['a seed that is none', '{"seed":-1}', 'application/json', 400],
  ['more than is needed', JSON.stringify({ keys: 'x'.repeat(2000) }), 'application/json', 400],
  ['a form of another page', '{}', 'text/plain', 415],
])('%s is refused', async (_what, body, contentType, status) => {
  expect((await post(body, contentType)).status).toBe(status);
});

test('a name that is not this machine’s is not answered', async () => {
  const { port } = new URL(server.url);
  const status = await new Promise<number | undefined>((resolve, reject) => {
    const headers = { host: `elsewhere.example:${port}` };
    const asked = request({ host: '127.0.0.1', port, path: '/state', headers }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    asked.on('error', reject).end();
  });
  expect(status).toBe(403);
});
