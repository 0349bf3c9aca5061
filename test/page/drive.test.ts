import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Drive } from '../../page/recording/drive.js';
import { CompressedImageSchema } from '../../src/messages/gen/foxglove/compressed_image_pb.js';
import { PerceptionFrameSchema } from '../../src/messages/gen/windshield/v1/perception_pb.js';
import type { ChannelTopic } from '../../src/recording/channels.js';
import { RecordingWriter } from '../../src/recording/recording-writer.js';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'windshield-drive-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

type Written = readonly [topic: ChannelTopic, name: string, stampNs: bigint, data: Uint8Array];

async function written(name: string, messages: readonly Written[]): Promise<Buffer> {
  const path = join(dir, name);
  const writer = await RecordingWriter.create(path, { chunkBytes: 1 });
  for (const [topic, channel, stampNs, data] of messages)
    await writer.writeEncoded(topic, stampNs, data, channel);
  await writer.close();
  return readFile(path);
}

const picture = (text: string) =>
  toBinary(
    CompressedImageSchema,
    create(CompressedImageSchema, { data: new TextEncoder().encode(text), format: 'jpeg' }),
  );
const image = (camera: string): Written =>
  [
    ...(['camera/image', `/${camera}/camera/image`] as const),
    ...[5n, picture(camera)],
  ] as unknown as Written;
const result = (camera: string, frameId: bigint): Written => [
  'perception',
  `/${camera}/perception`,
  5n,
  toBinary(PerceptionFrameSchema, create(PerceptionFrameSchema, { frameId })),
];
const blobOf = (name: string, bytes: Buffer) => ({ name, blob: new Blob([new Uint8Array(bytes)]) });
const shownOf = async (drive: Drive) => {
  const frame = await drive.frame({ kind: 'at', stampNs: 5n });
  return [new TextDecoder().decode(frame!.picture as Uint8Array), frame!.result?.frameId];
};

test('results are laid over the pictures of their own camera, whichever a file names first', async () => {
  const pictures = blobOf('drive.mcap', await written('p.mcap', [image('rear'), image('front')]));
  const both = await written('r.mcap', [result('front', 1n), result('rear', 2n)]);
  const results = blobOf('results.mcap', both);
  const first = await Drive.open([pictures, results]);
  expect(first.info.cameraName).toBe('rear');
  expect(await shownOf(first)).toEqual(['rear', 2n]);
  expect(await shownOf(await Drive.open([pictures, results], 'front'))).toEqual(['front', 1n]);
  const named = await Drive.open([pictures, { ...results, name: 'results.mcap#front' }]);
  expect(await shownOf(named)).toEqual(['front', 1n]);
});

test('results of other cameras alone are omitted, and that is said', async () => {
  const pictures = blobOf('drive.mcap', await written('p.mcap', [image('rear')]));
  const results = blobOf('results.mcap', await written('r.mcap', [result('front', 1n)]));
  const drive = await Drive.open([pictures, results]);
  expect(await shownOf(drive)).toEqual(['rear', undefined]);
  expect(drive.info).toMatchObject({
    cameras: ['rear', 'front'],
    remarks: ['results.mcap has no camera rear, only front'],
  });
});

test('results in a file of their own stand in place of older ones in the file of the pictures', async () => {
  const old = await written('p.mcap', [image('front'), result('front', 1n)]);
  const pictures = blobOf('drive.mcap', old);
  const results = blobOf('results.mcap', await written('r.mcap', [result('front', 2n)]));
  for (const origins of [
    [pictures, results],
    [results, pictures],
  ]) {
    const drive = await Drive.open(origins);
    expect(await shownOf(drive)).toEqual(['front', 2n]);
    const scanned: bigint[] = [];
    for await (const { messages } of drive.scan())
      for (const { schemaName, data } of messages)
        if (schemaName === PerceptionFrameSchema.typeName)
          scanned.push(fromBinary(PerceptionFrameSchema, data).frameId);
    expect(scanned).toEqual([2n]);
  }
  expect(await shownOf(await Drive.open([pictures]))).toEqual(['front', 1n]);
});

test('a picture whose message is damaged leaves its frame without one, and the drive goes on', async () => {
  const bytes = await written('d.mcap', [
    ['camera/image', 'camera/image', 5n, Uint8Array.of(0x2a, 0xff, 1)],
    ['camera/image', 'camera/image', 6n, picture('good')],
  ]);
  const drive = await Drive.open([blobOf('d.mcap', bytes)]);
  const first = await drive.frame({ kind: 'at', stampNs: 5n });
  expect(first).toMatchObject({ stampNs: 5n, picture: undefined });
  const next = await drive.frame({ kind: 'next', stampNs: 5n });
  expect(new TextDecoder().decode(next!.picture as Uint8Array)).toBe('good');
});

test('bytes that a server does not give for a moment are no damage, and come when asked again', async () => {
  // Larger than what is read ahead, so that each frame is a request of its own.
  const large = picture('x'.repeat(200_000));
  const bytes = await written('s.mcap', [
    ['camera/image', 'camera/image', 5n, large],
    ['camera/image', 'camera/image', 6n, large],
  ]);
  let isDown = false;
  const server = createServer(({ headers }, response) => {
    const [, start, end] = /bytes=(\d+)-(\d+)/.exec(headers.range ?? '')!;
    if (isDown) return void response.writeHead(503).end();
    response.writeHead(206).end(bytes.subarray(Number(start), Number(end) + 1));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/s.mcap`;
    const drive = await Drive.open([{ name: 's.mcap', url, sizeBytes: bytes.length }]);
    isDown = true;
    await expect(drive.frame({ kind: 'at', stampNs: 5n })).rejects.toMatchObject({
      code: 'ERR_SOURCE_LOST',
      message: expect.stringMatching(/s\.mcap.*503/),
    });
    isDown = false;
    const frame = await drive.frame({ kind: 'at', stampNs: 5n });
    expect(frame!.picture).toHaveLength(200_000);
    expect(drive.files[0]!.damagedChunks).toBe(0);
  } finally {
    server.close();
    server.closeAllConnections();
  }
});
