import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { type Channel, FoxgloveClient } from '@foxglove/ws-protocol';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { readJpegHeader } from '../../../src/codec/jpeg-header.js';
import { CompressedImageSchema } from '../../../src/messages/gen/foxglove/compressed_image_pb.js';
import { ImageAnnotationsSchema } from '../../../src/messages/gen/foxglove/image_annotations_pb.js';
import { PerceptionFrameSchema } from '../../../src/messages/gen/windshield/v1/perception_pb.js';
import { FoxgloveOutput } from '../../../src/outputs/foxglove/foxglove-output.js';
import { openPageServer, type PageServer } from '../../../src/outputs/page/page-server.js';
import { PictureOutput } from '../../../src/outputs/pictures/picture-output.js';

const stampNs = 1_700_000_000_123_456_789n;
const payload = toBinary(
  PerceptionFrameSchema,
  create(PerceptionFrameSchema, {
    frameId: 7n,
    widthPx: 64,
    heightPx: 48,
    detections: [
      { className: 'car', score: 0.9, trackId: 3, boxPx: { xMin: 1, yMin: 2, xMax: 30, yMax: 40 } },
    ],
    segmentation: { widthPx: 2, heightPx: 2, runLengths: [4], runClasses: Uint8Array.of(1) },
  }),
);
/** A frame as it lies in the ring: shared memory, with a stride of its own. */
const layoutOf = (format: 'rgb8' | 'nv12') => ({
  format,
  widthPx: 64,
  heightPx: 48,
  strideBytes: 256,
});

let output: FoxgloveOutput;
let pictures: PictureOutput;
let server: PageServer;
let released = 0;

beforeEach(async () => {
  released = 0;
  pictures = new PictureOutput('http://here');
  output = new FoxgloveOutput('ws://here', pictures);
  server = await openPageServer({
    port: 0,
    access: { address: '127.0.0.1', origins: ['https://viewer.example'] },
    files: () => [],
    bundleDirs: {},
    onFoxglove: (request, socket, head) => output.connect(request, socket, head),
  });
});
afterEach(async () => {
  await output.close();
  await pictures.close();
  await server.close();
});

const sendFrame = (format: 'rgb8' | 'nv12' = 'rgb8') => {
  const frame = { topic: 'perception', stampNs, payload };
  output.send(frame);
  pictures.send({
    ...frame,
    pixels: {
      layout: layoutOf(format) as never,
      bytes: new Uint8Array(new SharedArrayBuffer(256 * 48 * 2)).fill(128),
      release: () => {
        released++;
      },
    },
  });
};

test('every topic that it takes has a channel', () => {
  for (const topic of output.topics)
    expect(() => output.send({ topic, stampNs, payload })).not.toThrow();
});

test('a viewer is offered the topics that docs/foxglove.md lists, and no other', async () => {
  const rows = readFileSync('docs/foxglove.md', 'utf8').matchAll(
    /^\| (`.*?) \| `(?:foxglove|windshield)/gm,
  );
  const listed = [...rows].flatMap(([, cell]) =>
    [...cell!.matchAll(/`([^`]+)`/g)].map(([, name]) => name),
  );
  const { socket, channels } = await watch([]);
  socket.terminate();
  expect(channels.map(({ topic }) => topic).sort()).toEqual(listed.sort());
});

/** A viewer that has subscribed to these topics, and what it gets. */
async function watch(topics: readonly string[], protocol = FoxgloveClient.SUPPORTED_SUBPROTOCOL) {
  const socket = new WebSocket(server.url.replace('http', 'ws'), [protocol]);
  const client = new FoxgloveClient({ ws: socket as never });
  const channels = await new Promise<Channel[]>((resolve) => client.on('advertise', resolve));
  const got = new Map<string, Uint8Array[]>();
  const topicOf = new Map<number, string>();
  for (const { id, topic } of channels)
    if (topics.includes(topic)) topicOf.set(client.subscribe(id), topic);
  client.on('message', ({ subscriptionId, timestamp, data }) => {
    expect(timestamp).toBe(stampNs);
    const topic = topicOf.get(subscriptionId)!;
    got.set(topic, [
      ...(got.get(topic) ?? []),
      new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
    ]);
  });
  // Answered in order: the subscriptions stand when the parameters have come.
  const settled = new Promise((resolve) => client.on('parameterValues', resolve));
  client.getParameters([], 'settled');
  await settled;
  return { socket, client, channels, got };
}

describe.each(['rgb8', 'nv12'] as const)('with %s frames', (format) => {
  test('a viewer sees camera, boxes, mask, calibration and transforms of one time', async () => {
    const { got, socket, channels } = await watch([
      'camera/image',
      'camera/annotations',
      'camera/mask',
      'transforms',
      'perception',
    ]);
    expect(channels.map(({ topic }) => topic)).toContain('camera/calibration');
    sendFrame(format);
    await expect.poll(() => got.size).toBe(5);
    const image = fromBinary(CompressedImageSchema, got.get('camera/image')![0]!);
    expect(image.format).toBe('jpeg');
    expect(readJpegHeader(image.data)).toMatchObject({ widthPx: 64, heightPx: 48 });
    const { points, texts } = fromBinary(
      ImageAnnotationsSchema,
      got.get('camera/annotations')![0]!,
    );
    expect(points[0]!.points.map(({ x, y }) => [x, y])).toEqual([
      [1, 2],
      [30, 2],
      [30, 40],
      [1, 40],
    ]);
    expect(texts[0]!.text).toContain('car');
    expect(fromBinary(CompressedImageSchema, got.get('camera/mask')![0]!).format).toBe('png');
    expect(got.get('perception')![0]).toEqual(payload);
    expect(released).toBe(1);
    socket.terminate();
  });
});

test("both names of the protocol are spoken, and a viewer's own page only where it is listed", async () => {
  const address = server.url.replace('http', 'ws');
  for (const name of ['foxglove.websocket.v1', 'foxglove.sdk.v1']) {
    const socket = new WebSocket(address, [name], { origin: 'https://viewer.example' });
    await once(socket, 'open');
    expect(socket.protocol).toBe(name);
    socket.terminate();
  }
  const refused = new WebSocket(address, ['foxglove.sdk.v1'], { origin: 'https://other.example' });
  await expect(new Promise((_, reject) => refused.once('error', reject))).rejects.toThrow('403');
});

test('nothing is made or sent that nobody asked for', async () => {
  const { got, socket } = await watch(['status']);
  sendFrame();
  expect(released).toBe(1);
  output.send({ topic: 'status', stampNs, payload: new Uint8Array(3) });
  await expect.poll(() => got.get('status')?.length).toBe(1);
  expect([...output.counts.keys()]).toEqual(['status']);
  socket.terminate();
});

test('a viewer that does not read loses messages alone, and what waits for it is bounded', async () => {
  const [deaf, awake] = [await watch(['log']), await watch(['log'])];
  deaf.socket.pause();
  const big = new Uint8Array(1 << 20);
  for (let i = 0; i < 60; i++) {
    output.send({ topic: 'log', stampNs, payload: big });
    await expect.poll(() => awake.got.get('log')?.length).toBe(i + 1);
  }
  expect(output.counts.get('log')!.dropped).toBeGreaterThan(30);
  deaf.socket.terminate();
  awake.socket.terminate();
});

test('what is no request is answered with what was expected, and a flood ends its connection', async () => {
  const { socket } = await watch([]);
  const said: string[] = [];
  socket.on('message', (data) => said.push(String(data)));
  for (const text of ['{', '{"op":"advertise"}', '{"op":"subscribe","subscriptions":7}', '[]'])
    socket.send(text);
  socket.send('{"op":"subscribe","subscriptions":[{"id":1,"channelId":99}]}');
  await expect.poll(() => said.length).toBe(5);
  for (const text of said) expect(JSON.parse(text)).toMatchObject({ op: 'status', level: 1 });
  const closed = once(socket, 'close');
  for (let i = 0; i < 2000; i++) socket.send('{}');
  expect((await closed)[0]).toBe(1008);
});
