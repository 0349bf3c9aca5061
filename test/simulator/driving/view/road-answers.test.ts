import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { constantController } from '../../../../simulator/driving/loop/controller.js';
import { SimulatedDrive } from '../../../../simulator/driving/loop/simulated-drive.js';
import { answerForRoad } from '../../../../simulator/driving/view/road-answers.js';
import { WatchedDrive } from '../../../../simulator/driving/view/watched-drive.js';
import {
  GroundTruthSchema,
  PerceptionFrameSchema,
} from '../../../../src/messages/gen/windshield/v1/perception_pb.js';
import { splitParts } from '../../../../src/outputs/page/message-parts.js';
import { openPageServer, type PageServer } from '../../../../src/outputs/page/page-server.js';
import type { RoadState } from '../../../../src/outputs/page/road-protocol.js';

let drive: WatchedDrive;
let server: PageServer;
beforeAll(async () => {
  const setup = { widthPx: 64, heightPx: 64, speedMps: 12, disturbance: 0 };
  drive = await WatchedDrive.open({
    seed: 1,
    rateHz: 20,
    openDrive: (seed) => SimulatedDrive.open({ ...setup, seed, lengthM: 900, weather: 'plain' }),
    openNetwork: async (_drive, onResult) => ({
      ...constantController(0.1),
      async steer() {
        const said = create(PerceptionFrameSchema, { frameId: 7n, steering: { angleRad: 0.1 } });
        onResult(toBinary(PerceptionFrameSchema, said));
        return 0.1;
      },
    }),
  });
  server = await openPageServer({
    port: 0,
    files: () => [],
    bundleDirs: {},
    onRoad: (request, response) => answerForRoad(drive, request, response),
  });
});
afterAll(async () => {
  await server.close();
  await drive.close();
});

const post = (body: string, contentType = 'application/json', headers = {}) =>
  fetch(`${server.url}/road/control`, {
    method: 'POST',
    headers: { 'content-type': contentType, ...headers },
    body,
  });
/** The first frame after one. */
async function frameAfter(after: number) {
  const answer = await fetch(`${server.url}/road/frame?after=${after}`);
  const parts = splitParts(new Uint8Array(await answer.arrayBuffer()));
  const [state, result, truth, jpeg] = parts as [Part, Part, Part, Part];
  return {
    state: JSON.parse(new TextDecoder().decode(state)) as RoadState,
    result: fromBinary(PerceptionFrameSchema, result),
    truth: fromBinary(GroundTruthSchema, truth),
    jpeg,
  };
}
type Part = Uint8Array<ArrayBuffer>;
async function nextFrame(more = 1) {
  let frame = await frameAfter(0);
  for (let i = 0; i < more; i++) frame = await frameAfter(frame.state.frame);
  return frame;
}

test('each frame comes with its picture, its truth and what the driver does', async () => {
  const { state, result, truth, jpeg } = await frameAfter(0);
  expect([...jpeg.subarray(0, 2)]).toEqual([0xff, 0xd8]);
  expect(truth.vehicle?.speedMps).toBeCloseTo(state.speedMps, 1);
  expect(result).toMatchObject({ widthPx: 64, heightPx: 64, steering: { angleRad: 0 } });
  expect(state.laneBordersPx).toHaveLength(2);
  expect(state.laneBordersPx[0]!.length).toBeGreaterThan(10);
  expect((await frameAfter(state.frame)).state.frame).toBeGreaterThan(state.frame);
});

test.each([
  ['1000000, as one from before the simulator was started again', 1e6],
  ['-1', -1],
])('a page that has seen frame %s gets the next one', async (_what, after) => {
  const { state } = await frameAfter(0);
  const next = await frameAfter(after);
  expect(next.state.frame).toBeGreaterThanOrEqual(state.frame);
  expect(next.state.frame).toBeLessThan(1e6);
});

test('the page is told that there is a road, and every answer says what may run', async () => {
  const session = await fetch(`${server.url}/session.json`);
  expect(await session.json()).toMatchObject({ isRoad: true, isLive: false });
  for (const path of ['/road/frame', '/road/nowhere', '/road/control']) {
    const { headers } = await fetch(`${server.url}${path}`);
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('x-frame-options')).toBe('DENY');
  }
});

test.each([
  ['/road/nowhere', 'GET', 404],
  ['/road/frame', 'DELETE', 404],
  ['/road/control', 'GET', 404],
])('%s by %s is answered %i', async (path, method, status) => {
  expect((await fetch(`${server.url}${path}`, { method })).status).toBe(status);
});

test('held keys turn the wheels', async () => {
  await post(JSON.stringify({ keys: { left: true } }));
  const { state, result } = await nextFrame(5);
  expect(state.steeringRad).toBeGreaterThan(0);
  expect(result.steering!.curvaturePerM).toBeGreaterThan(0);
});

test('the network takes over when asked, and its own result is shown', async () => {
  expect((await post(JSON.stringify({ driver: 'network', keys: {} }))).status).toBe(204);
  const { state, result } = await nextFrame(3);
  expect(state).toMatchObject({ driver: 'network', problem: '' });
  expect(result.frameId).toBe(7n);
});

test('another seed is another world', async () => {
  await post(JSON.stringify({ seed: 2, driver: 'reference' }));
  expect((await nextFrame(2)).state.seed).toBe(2);
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

test('a page of another site moves nothing', async () => {
  const headers = { origin: 'http://elsewhere.example' };
  expect((await post('{"seed":9}', 'application/json', headers)).status).toBe(403);
});
