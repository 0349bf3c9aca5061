import { setImmediate } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { heatOver } from '../../../../src/explanation/heat.js';
import { readBundleFolder } from '../../../../src/inference/read-bundle-folder.js';
import { openPageServer, type PageServer } from '../../../../src/outputs/page/page-server.js';
import { explainMap } from '../../../../tools/explain/explain-picture.js';
import { frameAt } from '../../../../tools/explain/frame-at.js';
import { answerExplain } from '../../../../tools/explain/page/answer-explain.js';
import { HeatThread } from '../../../../tools/explain/page/heat-thread.js';
import { repoDir } from '../../../support/command-line.js';

const bundleDirs = { steering: `${repoDir}models/steering-rendered-int8` };
let thread: HeatThread;
let server: PageServer;
beforeAll(async () => {
  thread = new HeatThread({ bundleDirs, modelsDir: `${repoDir}models` });
  server = await openPageServer({
    port: 0,
    files: () => [],
    bundleDirs,
    onExplain: (request, response) => answerExplain(thread, request, response),
  });
});
afterAll(async () => {
  await server.close();
  await thread.close();
});

const ask = (question: unknown, pixels: Uint8Array, contentType = 'application/octet-stream') =>
  fetch(`${server.url}/explain/heat?question=${encodeURIComponent(JSON.stringify(question))}`, {
    method: 'POST',
    headers: { 'content-type': contentType },
    body: pixels as Uint8Array<ArrayBuffer>,
  });

test('a heat map is the map of windshield explain over the frame, of a quantised bundle through its float twin', async () => {
  const picture = await frameAt(`${repoDir}recordings/sample-drive.mcap`, 6);
  const { widthPx, heightPx, data } = picture;
  const question = { task: 'steering', method: 'gradient', widthPx, heightPx } as const;
  const bytes = new Uint8Array(await (await ask(question, data)).arrayBuffer());
  const end = bytes.indexOf(10);
  const head = JSON.parse(new TextDecoder().decode(bytes.subarray(0, end)));
  const bundle = await readBundleFolder(`${repoDir}models/steering-rendered`);
  const { answer, map, placeOf } = await explainMap({
    ...{ bundle, picture, camera: undefined, method: 'gradient' },
  });
  const { columns, rows, values } = heatOver(picture, map, placeOf);
  expect(head).toEqual({ answer, columns, rows });
  expect(bytes.subarray(end + 1)).toEqual(values);
  expect(values.some((value) => value > 200)).toBe(true);
});

const small = { task: 'steering', method: 'gradient', widthPx: 4, heightPx: 2 };
const pixels = new Uint8Array(24);
test.each([
  ['a method that it has not', { ...small, method: 'guess' }, pixels, /method/],
  ['a size that lies', { ...small, widthPx: 5 }, pixels, /expected 30 bytes of rgb8, found 24/],
  ['a picture of gigabytes', { ...small, widthPx: 8192, heightPx: 8192 }, pixels, /at most/],
  [
    'a lens without its numbers',
    {
      ...small,
      camera: {
        ...{ kind: 'plumb_bob', widthPx: 4, heightPx: 2, fxPx: 4, fyPx: 4, cxPx: 2, cyPx: 1 },
        distortion: [],
      },
    },
    pixels,
    /camera/,
  ],
  [
    'a camera that can be none',
    {
      ...small,
      camera: {
        ...{ kind: 'pinhole', widthPx: 4, heightPx: 2, fxPx: -4, fyPx: 4, cxPx: 2, cyPx: 1 },
        distortion: [],
      },
    },
    pixels,
    /camera: camera_matrix: expected focal lengths above 0 px/,
  ],
  ['a network that is not there', { ...small, task: 'detection' }, pixels, /bundle for detection/],
])('%s is refused with the reason', async (_, question, body, message) => {
  const response = await ask(question, body);
  expect(await response.text()).toMatch(message);
  expect(response.status).toBe(400);
});

test('a form of another page is refused, and so is what is not there', async () => {
  expect((await ask(small, pixels, 'text/plain')).status).toBe(400);
  expect((await fetch(`${server.url}/explain/none`, { method: 'POST' })).status).toBe(404);
});

test('a question too many is refused before its pixels are read', async () => {
  const quiet = new HeatThread({ bundleDirs, modelsDir: `${repoDir}models` });
  const read = vi.fn(() => new Promise<never>(() => {}));
  const question = { ...small, task: 'steering', method: 'gradient' } as const;
  for (let i = 0; i < 4; i++) void quiet.explain(question, read);
  await expect(quiet.explain(question, read)).rejects.toThrow(/at most 4 questions/);
  expect(read).toHaveBeenCalledTimes(4);
});

test('closing ends the question in hand and those behind it, and nothing starts again', async () => {
  const busy = new HeatThread({ bundleDirs, modelsDir: `${repoDir}models` });
  const question = { ...small, task: 'steering', method: 'gradient' } as const;
  const asked = [1, 2, 3].map(() => busy.explain(question, async () => new Uint8Array(24)));
  const ended = Promise.allSettled(asked);
  // The first is with the thread by then, which has only begun to start.
  await setImmediate();
  await busy.close();
  const reasons = (await ended).map((one) => `${one.status === 'rejected' && one.reason}`);
  for (const reason of reasons) expect(reason).toMatch(/the thread that explains ended/);
});
