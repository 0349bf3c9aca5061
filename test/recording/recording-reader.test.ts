import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { McapWriter } from '@mcap/core';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RecordedMessage, RecordingReader } from '../../src/recording/recording-reader.js';
import { buildDrive, driveStartNs, driveStepNs } from './drive-builder.js';
import { buildMcap } from './mcap-builder.js';

const frameCount = 12;
let dir: string;
let whole: Buffer;
/** Topic and stamp of every message of the whole drive. */
let wholeMessages: string[];

const describe = ({ topic, stampNs, data }: RecordedMessage) =>
  `${topic} ${stampNs} ${data.length}`;

async function readMessages(
  path: string,
  filter: Parameters<RecordingReader['messages']>[0] = {},
): Promise<{ reader: RecordingReader; messages: string[] }> {
  const reader = await RecordingReader.open(path);
  const messages: string[] = [];
  for await (const message of reader.messages(filter)) messages.push(describe(message));
  await reader.close();
  return { reader, messages };
}

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'windshield-reader-'));
  // 400 kB a frame: three frames a chunk.
  const path = await buildDrive(dir, frameCount, { padBytes: 400_000, rateHz: 20, frameCount });
  whole = await readFile(path);
  ({ messages: wholeMessages } = await readMessages(path));
});
afterAll(() => rm(dir, { recursive: true }));

test('a drive says what it holds, and gives its messages in order of time', async () => {
  const { reader, messages } = await readMessages(join(dir, 'drive.mcap'));
  expect(reader.channels).toEqual([
    {
      id: 0,
      topic: 'camera/image',
      schemaName: 'foxglove.CompressedImage',
      messageEncoding: 'protobuf',
      messageCount: frameCount,
    },
    {
      id: 1,
      topic: 'ground_truth',
      schemaName: 'windshield.v1.GroundTruth',
      messageEncoding: 'protobuf',
      messageCount: frameCount,
    },
  ]);
  expect(reader.isComplete).toBe(true);
  expect(reader.library).toBe('windshield');
  expect(reader.metadata.get('windshield.drive')).toMatchObject({ sourceName: 'builder' });
  expect(reader.startNs).toBe(driveStartNs);
  expect(reader.endNs).toBe(driveStartNs + BigInt(frameCount - 1) * driveStepNs);
  expect(messages).toHaveLength(2 * frameCount);
  expect(messages.map((m) => m.split(' ')[1])).toEqual(
    Array.from(
      { length: 2 * frameCount },
      (_, i) => `${driveStartNs + BigInt(i >> 1) * driveStepNs}`,
    ),
  );
});

test('topic and time choose messages, both ends of the time included', async () => {
  const startNs = driveStartNs + 4n * driveStepNs;
  const endNs = driveStartNs + 6n * driveStepNs;
  const { messages } = await readMessages(join(dir, 'drive.mcap'), {
    topics: ['ground_truth'],
    startNs,
    endNs,
  });
  expect(messages.map((m) => m.split(' ').slice(0, 2))).toEqual(
    [4n, 5n, 6n].map((i) => ['ground_truth', `${driveStartNs + i * driveStepNs}`]),
  );
});

test('wherever a recording is cut off, all whole messages before the cut are read', async () => {
  const path = join(dir, 'cut.mcap');
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 8, max: whole.length - 1 }), async (lengthBytes) => {
      await writeFile(path, whole.subarray(0, lengthBytes));
      const { reader, messages } = await readMessages(path);
      expect(reader.isComplete).toBe(false);
      expect(messages).toEqual(wholeMessages.slice(0, messages.length));
      // What is missing is no longer than the cut, the message it went through, and the index.
      const readBytes = messages.reduce((sum, m) => sum + Number(m.split(' ')[2]), 0);
      expect(readBytes).toBeGreaterThan(lengthBytes - 400_000 - 12_000);
    }),
    { numRuns: 25 },
  );
});

test('a recording cut off in a message counts that message as known to be there', async () => {
  const path = join(dir, 'cut-once.mcap');
  // The first chunk holds three frames; this cut goes through the second.
  await writeFile(path, whole.subarray(0, 600_000));
  const { reader, messages } = await readMessages(path);
  expect(messages.map((m) => m.split(' ')[0])).toEqual(['camera/image', 'ground_truth']);
  expect(reader.cutBytes).toBeGreaterThan(500_000);
  expect(reader.channels.find(({ topic }) => topic === 'camera/image')!.messageCount).toBe(2);
});

test('a damaged chunk is passed over and counted, the others are read', async () => {
  const bytes = Buffer.from(whole);
  bytes[1_900_000]! ^= 0xff;
  const path = join(dir, 'damaged.mcap');
  await writeFile(path, bytes);
  const { reader, messages } = await readMessages(path, { topics: ['camera/image'] });
  expect(reader.damagedChunks).toBe(1);
  expect(messages).toHaveLength(frameCount - 3);
  expect(reader.channels[0]!.messageCount).toBe(frameCount);
});

test('whatever bytes are changed, reading ends and gives only messages that were written', async () => {
  const path = join(dir, 'changed.mcap');
  const written = new Set(wholeMessages);
  const change = fc.record({
    // Half of the changes hit the index at the end, where every byte matters.
    offset: fc.oneof(
      fc.integer({ min: 8, max: whole.length - 1 }),
      fc.integer({ min: whole.length - 4000, max: whole.length - 1 }),
    ),
    value: fc.integer({ min: 1, max: 255 }),
  });
  // The footer, whose fields are 20 bytes before the magic ones, says first where the index begins.
  const indexOffset = Number(whole.readBigUInt64LE(whole.length - 28));
  const withoutTopic = (message: string) => message.split(' ').slice(1).join(' ');
  const writtenSomewhere = new Set(wholeMessages.map(withoutTopic));
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 3 }), async (changes) => {
      const bytes = Buffer.from(whole);
      for (const { offset, value } of changes) bytes[offset]! ^= value;
      await writeFile(path, bytes);
      const { messages } = await readMessages(path);
      // Topics stand in the first chunk and in the index. With a change in both, either name may be the wrong one.
      const areInIndex = new Set(changes.map(({ offset }) => offset >= indexOffset));
      for (const message of messages)
        if (areInIndex.size === 1) expect(written).toContain(message);
        else expect(writtenSomewhere).toContain(withoutTopic(message));
    }),
    { numRuns: 30 },
  );
});

test('messages of chunks that overlap in time, and messages outside of chunks, come in order', async () => {
  for (const useChunks of [true, false]) {
    const parts: Uint8Array[] = [];
    let position = 0n;
    const writer = new McapWriter({
      writable: {
        write: async (bytes) => {
          parts.push(bytes.slice());
          position += BigInt(bytes.length);
        },
        position: () => position,
      },
      useChunks,
      chunkSize: 200,
    });
    await writer.start({ profile: '', library: 'somebody else' });
    const schemaId = await writer.registerSchema({
      name: 'x.Y',
      encoding: 'protobuf',
      data: new Uint8Array(),
    });
    const channelId = await writer.registerChannel({
      topic: 'y',
      schemaId,
      messageEncoding: 'protobuf',
      metadata: new Map(),
    });
    const times = [5, 1, 9, 3, 3, 20, 2, 14, 8, 8, 30, 4].map(BigInt);
    for (const [sequence, logTime] of times.entries()) {
      const data = new Uint8Array(70).fill(sequence);
      await writer.addMessage({ channelId, sequence, logTime, publishTime: logTime, data });
    }
    await writer.end();
    const path = join(dir, 'foreign.mcap');
    await writeFile(path, Buffer.concat(parts));
    const reader = await RecordingReader.open(path);
    expect(reader.isComplete).toBe(true);
    expect(reader.channels).toMatchObject([{ topic: 'y', schemaName: 'x.Y', messageCount: 12 }]);
    const read: { stampNs: bigint; sequence: number }[] = [];
    for await (const { stampNs, sequence } of reader.messages()) read.push({ stampNs, sequence });
    await reader.close();
    const expected = times
      .map((stampNs, sequence) => ({ stampNs, sequence }))
      .sort((a, b) => Number(a.stampNs - b.stampNs));
    expect(read).toEqual(expected);
  }
});

test('what is no recording is refused by one clear line', async () => {
  const open = (path: string) => RecordingReader.open(path);
  await expect(open(join(dir, 'none.mcap'))).rejects.toMatchObject({ code: 'ERR_SOURCE_MISSING' });
  await expect(open(dir)).rejects.toMatchObject({ code: 'ERR_RECORDING' });
  const empty = join(dir, 'empty.mcap');
  await writeFile(empty, '');
  await expect(open(empty)).rejects.toMatchObject({ code: 'ERR_SOURCE_EMPTY' });
  const text = join(dir, 'text.mcap');
  await writeFile(text, 'this is a letter, not a recording');
  await expect(open(text)).rejects.toMatchObject({ code: 'ERR_RECORDING' });
});

test('through a store, a channel of few messages is read without the chunks of the others', async () => {
  const stampsOf = (count: number, everyNs: number) =>
    Array.from({ length: count }, (_, i) => ({
      stampNs: 1_000n + BigInt(i * everyNs),
      data: new Uint8Array(500).fill(i),
    }));
  const built = {
    channels: [
      { topic: 'many', messages: stampsOf(100, 10) },
      { topic: 'few', messages: stampsOf(2, 700) },
    ],
  };
  const open = async (options: Parameters<typeof buildMcap>[1]) => {
    const bytes = await buildMcap(built, { chunkSize: 4096, ...options });
    const reads: number[] = [];
    const read = async (offset: number, length: number) => {
      reads.push(length);
      return new Uint8Array(bytes.subarray(offset, offset + length));
    };
    const source = { path: 'far.mcap', sizeBytes: bytes.length, read, close: async () => {} };
    return { reader: await RecordingReader.over(source, { checksChunks: false }), reads };
  };
  for (const useMessageIndex of [true, false]) {
    const { reader, reads } = await open({ useMessageIndex });
    const [many, few] = reader.channels.map(({ id }) => id) as [number, number];
    expect(reads.length).toBeLessThan(8);
    reads.length = 0;
    const last = await reader.lastBefore([few], 1_650n);
    expect(last).toMatchObject({ topic: 'few', stampNs: 1_000n });
    expect(await reader.lastBefore([few], 1_000n)).toBeUndefined();
    expect(await reader.lastBefore([many], 1_501n)).toMatchObject({ stampNs: 1_500n });
    expect(await reader.countBefore([many], 1_505n)).toBe(51);
    expect(await reader.countBefore([few, many], 5_000n)).toBe(102);
    // With an index: the chunk of the message, that of 1 500 twice, and no more.
    if (useMessageIndex) expect(reads.length).toBe(3);
    await reader.close();
  }
});
