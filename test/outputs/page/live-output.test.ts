import { once } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { encodeJpeg } from '../../../src/codec/image-codec.js';
import { readJpegHeader } from '../../../src/codec/jpeg-header.js';
import { CompressedImageSchema } from '../../../src/messages/gen/foxglove/compressed_image_pb.js';
import {
  PerceptionFrameSchema,
  PipelineStatusSchema,
} from '../../../src/messages/gen/windshield/v1/perception_pb.js';
import { FoxgloveOutput } from '../../../src/outputs/foxglove/foxglove-output.js';
import { LiveOutput } from '../../../src/outputs/page/live-output.js';
import { splitParts } from '../../../src/outputs/page/message-parts.js';
import { openPageServer, type PageServer } from '../../../src/outputs/page/page-server.js';
import { PictureOutput } from '../../../src/outputs/pictures/picture-output.js';

const [widthPx, heightPx] = [640, 480];
const layout = { format: 'rgb8', widthPx, heightPx, strideBytes: widthPx * 3 } as never;
/** Noise, which no encoder makes small. */
const noise = new Uint8Array(new SharedArrayBuffer(widthPx * heightPx * 3));
for (let i = 0, state = 1; i < noise.length; i++) {
  state = (state * 1103515245 + 12345) % 2 ** 31;
  noise[i] = state >> 16;
}

/** Of about 300 kB each: together many times what sockets and the bound hold. */
const framesToDeaf = 150;

let pictures: PictureOutput;
let live: LiveOutput;
let foxglove: FoxgloveOutput;
let server: PageServer;
let released: number;
let frameId: bigint;

beforeEach(async () => {
  [released, frameId] = [0, 0n];
  pictures = new PictureOutput('http://here');
  live = new LiveOutput('http://here', pictures);
  foxglove = new FoxgloveOutput('ws://here', pictures);
  server = await openPageServer({
    port: 0,
    files: () => [],
    bundleDirs: {},
    onLive: (request, socket, head) => live.connect(request, socket, head),
    onFoxglove: (request, socket, head) => foxglove.connect(request, socket, head),
  });
});
afterEach(async () => {
  await live.disconnect();
  await foxglove.close();
  await pictures.close();
  await server.close();
});

/** Sends one frame as a pipeline does; resolves when its pixels are given back. */
async function sendFrame(coded?: Uint8Array): Promise<void> {
  const payload = toBinary(
    PerceptionFrameSchema,
    create(PerceptionFrameSchema, { frameId: frameId++, widthPx, heightPx }),
  );
  const frame = { topic: 'perception', stampNs: 1_000_000_000n, payload };
  for (const output of [live, foxglove]) output.send(frame);
  await new Promise<void>((resolve) => {
    const release = () => {
      released++;
      resolve();
    };
    pictures.send({ ...frame, pixels: { layout, bytes: noise, coded, release } });
  });
}

/** A page that has been greeted. */
async function openPage(): Promise<WebSocket> {
  const page = new WebSocket(`${server.url.replace('http', 'ws')}/live`, { origin: server.url });
  await once(page, 'message');
  return page;
}

test('a page gets a frame with its picture and the state of the run when it asks, and only then', async () => {
  const page = await openPage();
  await sendFrame();
  const status = create(PipelineStatusSchema, { framesPublished: 5n });
  const statusPayload = toBinary(PipelineStatusSchema, status);
  live.send({ topic: 'status', stampNs: 1n, payload: statusPayload });
  const got = once(page, 'message');
  page.send('next');
  await expect.poll(() => live.wantsPicture()).toBe(true);
  await sendFrame();
  const [message] = (await got) as [Buffer];
  const [payload, said, jpeg] = splitParts(Uint8Array.from(message));
  expect(fromBinary(PerceptionFrameSchema, payload!).frameId).toBe(1n);
  expect(fromBinary(PipelineStatusSchema, said!).framesPublished).toBe(5n);
  expect(readJpegHeader(jpeg!)).toMatchObject({ widthPx, heightPx });
  expect(live.counts.get('perception')).toEqual({ sent: 1, dropped: 1 });
  page.terminate();
});

test('a frame that came as JPEG goes out as it came, but none that EXIF would turn', async () => {
  const page = await openPage();
  const plain = await encodeJpeg({ widthPx, heightPx, data: noise }, 90);
  // EXIF, big-endian, one entry: orientation (tag 274) 6.
  const exif = Buffer.from(
    '457869660000' + '4d4d002a00000008' + '0001' + '011200030000000100060000',
    'hex',
  );
  const marker = Buffer.from([0xff, 0xe1, 0, exif.length + 2]);
  const turned = Buffer.concat([plain.subarray(0, 2), marker, exif, plain.subarray(2)]);
  for (const [bytes, isKept] of [
    [plain, true],
    [turned, false],
  ] as const) {
    const got = once(page, 'message');
    page.send('next');
    await expect.poll(() => live.wantsPicture()).toBe(true);
    const coded = new Uint8Array(new SharedArrayBuffer(bytes.length));
    coded.set(bytes);
    await sendFrame(coded);
    const [, , jpeg] = splitParts(Uint8Array.from((await got)[0] as Buffer));
    expect(readJpegHeader(jpeg!)).toEqual({ widthPx, heightPx, hasExif: false });
    expect(Buffer.compare(jpeg!, bytes) === 0).toBe(isKept);
  }
  expect(pictures.counts.get('camera/image')).toEqual({ sent: 2, dropped: 0 });
  page.terminate();
});

test('without anybody who looks no picture is made', async () => {
  for (let i = 0; i < 5; i++) await sendFrame();
  expect(released).toBe(5);
  expect(pictures.counts.size).toBe(0);
});

test('a page and a viewer of Foxglove share one picture', async () => {
  const page = await openPage();
  const viewer = new WebSocket(server.url.replace('http', 'ws'), ['foxglove.sdk.v1']);
  const images: Buffer[] = [];
  viewer.on('message', (data: Buffer, isBinary) => {
    const said = isBinary ? undefined : JSON.parse(String(data));
    if (isBinary) images.push(data);
    else if (said.op === 'advertise') {
      const { id } = said.channels.find(({ topic }: { topic: string }) => topic === 'camera/image');
      viewer.send(JSON.stringify({ op: 'subscribe', subscriptions: [{ id: 1, channelId: id }] }));
    }
  });
  const got = once(page, 'message');
  page.send('next');
  await expect.poll(() => live.wantsPicture() && foxglove.wantsPicture()).toBe(true);
  await sendFrame();
  const jpeg = splitParts(Uint8Array.from((await got)[0]))[2]!;
  await expect.poll(() => images.length).toBe(1);
  const { data } = fromBinary(CompressedImageSchema, images[0]!.subarray(13));
  expect(Buffer.compare(data, jpeg)).toBe(0);
  expect(pictures.counts.get('camera/image')).toEqual({ sent: 1, dropped: 0 });
  page.terminate();
  viewer.terminate();
});

test('a page that asks without reading is sent no more than fits, and a flood ends its connection', async () => {
  const [deaf, awake] = [await openPage(), await openPage()];
  let heard = 0;
  deaf.on('message', () => heard++);
  deaf.pause();
  for (let i = 0; i < framesToDeaf; i++) {
    let isDrawn = false;
    awake.once('message', () => {
      isDrawn = true;
    });
    deaf.send('next');
    awake.send('next');
    while (!isDrawn) {
      if (live.wantsPicture()) await sendFrame();
      await setImmediate();
    }
  }
  deaf.resume();
  const pong = once(deaf, 'pong');
  deaf.ping();
  await pong;
  expect(heard).toBeGreaterThan(0);
  expect(heard).toBeLessThan(framesToDeaf / 2);
  deaf.terminate();
  awake.terminate();
  const flood = await openPage();
  const closed = once(flood, 'close');
  for (let i = 0; i < 2000; i++) flood.send('next');
  expect((await closed)[0]).toBe(1008);
});
