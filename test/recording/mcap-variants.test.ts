import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadDecompressHandlers } from '@mcap/support';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { RecordingReader } from '../../src/recording/recording-reader.js';
import { buildMcap } from './mcap-builder.js';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'windshield-variants-'));
});
afterAll(() => rm(dir, { recursive: true }));

const messages = (count: number, firstNs: bigint) =>
  Array.from({ length: count }, (_, i) => ({
    stampNs: firstNs + BigInt(i) * 10n,
    data: new Uint8Array(20).fill(i),
  }));
const content = {
  channels: [
    { topic: 'a', messages: messages(12, 100n) },
    { topic: 'b', schemaName: 'x.Z', messages: messages(7, 105n) },
    { topic: 'silent', messages: [] },
  ],
  metadata: { 'windshield.drive': { frameCount: '12' }, other: { x: 'y' } },
};

const switches = [
  'useChunks',
  'useStatistics',
  'useSummaryOffsets',
  'repeatSchemas',
  'repeatChannels',
  'useMetadataIndex',
  'useMessageIndex',
  'useChunkIndex',
] as const;

/** Every combination of what a writer may leave out. */
const variants = Array.from({ length: 2 ** switches.length }, (_, bits) =>
  Object.fromEntries(switches.map((name, i) => [name, ((bits >> i) & 1) === 1])),
);

async function readAll(bytes: Uint8Array, name = 'variant.mcap') {
  const path = join(dir, name);
  await writeFile(path, bytes);
  const reader = await RecordingReader.open(path);
  const read: string[] = [];
  for await (const { topic, stampNs, sequence, data } of reader.messages())
    read.push(`${topic} ${stampNs} ${sequence} ${data.length} ${data[0]}`);
  await reader.close();
  return { reader, read };
}

const describeOn = (channels: RecordingReader['channels']) =>
  channels.map((c) => `${c.topic} ${c.schemaName} ${c.messageEncoding} ${c.messageCount}`);

test('a recording is read the same whatever its writer left out: index, summary, statistics, chunks', async () => {
  const expected = await readAll(await buildMcap(content, { chunkSize: 150 }));
  expect(expected.read).toHaveLength(19);
  // A channel without messages is written only where channels are repeated or messages came: never inside a chunk.
  const spoken = (lines: string[]) => lines.filter((line) => !line.startsWith('silent'));
  for (const variant of variants) {
    const bytes = await buildMcap(content, { chunkSize: 150, ...variant });
    const { reader, read } = await readAll(bytes);
    const named = JSON.stringify(variant);
    expect(reader.isComplete, named).toBe(true);
    expect(read, named).toEqual(expected.read);
    expect(spoken(describeOn(reader.channels)), named).toEqual([
      'a x.Y protobuf 12',
      'b x.Z protobuf 7',
    ]);
    expect(Object.fromEntries(reader.metadata), named).toEqual(content.metadata);
  }
});

test('of a damaged chunk the messages are counted, with or without an index, chunk by chunk', async () => {
  for (const variant of variants.filter(({ useChunks }) => useChunks)) {
    const bytes = await buildMcap(content, { chunkSize: 150, ...variant });
    const { reader: whole } = await readAll(bytes);
    expect(whole.damagedChunks).toBe(0);
    // The first message's data: twenty bytes of zero inside the first chunk.
    const place = bytes.indexOf(Buffer.alloc(20, 0));
    bytes[place + 10]! ^= 0xff;
    const { reader, read } = await readAll(bytes);
    const named = JSON.stringify(variant);
    expect(reader.damagedChunks, named).toBe(1);
    expect(read.length, named).toBeLessThan(19);
    const counts = Object.fromEntries(reader.channels.map((c) => [c.topic, c.messageCount]));
    // Where the damage took the only definition of a channel with it, its messages cannot be named.
    if (variant['repeatChannels']) expect(counts, named).toMatchObject({ a: 12, b: 7 });
  }
});

test('compressed chunks are read, and one that claims to hold gigabytes is damage', async () => {
  // Stored blocks of LZ4: what a decoder unpacks without a compressor being at hand.
  const compressChunk = (records: Uint8Array) => ({
    compression: 'lz4',
    compressedData: lz4Stored(records),
  });
  const handlers = await loadDecompressHandlers();
  expect(handlers['lz4']!(lz4Stored(new Uint8Array([1, 2, 3])), 3n)).toEqual(
    new Uint8Array([1, 2, 3]),
  );
  const bytes = await buildMcap(content, { chunkSize: 150, compressChunk });
  const plain = await readAll(await buildMcap(content, { chunkSize: 150 }));
  expect((await readAll(bytes)).read).toEqual(plain.read);
  // The first chunk's uncompressed size, behind opcode, length and two times.
  const chunkOffset = bytes.indexOf(Buffer.from('lz4')) - 4 - 4 - 8;
  const before = process.memoryUsage().rss;
  bytes.writeBigUInt64LE(1_900_000_000n, chunkOffset);
  const { reader, read } = await readAll(bytes);
  expect(reader.damagedChunks).toBe(1);
  expect(read.length).toBeLessThan(19);
  expect(process.memoryUsage().rss - before).toBeLessThan(200e6);
});

test('a length with a flipped bit, anywhere, costs neither the process nor its memory', async () => {
  const bytes = await buildMcap(content, { chunkSize: 150 });
  const written = new Set((await readAll(bytes)).read);
  for (let place = 8; place < bytes.length; place += 5) {
    const flipped = Buffer.from(bytes);
    flipped[place]! ^= 0x80;
    const { read } = await readAll(flipped);
    expect(read.length).toBeLessThanOrEqual(19);
    for (const message of read.filter((m) => !written.has(m)))
      expect.fail(`byte ${place}: read ${message}, which was never written`);
  }
});

test('index entries that lie cost no message', async () => {
  const bytes = await buildMcap(content, { chunkSize: 150 });
  const { read: expected } = await readAll(bytes);
  const chunkIndexOpcode = 0x08;
  let lies = 0;
  for (let offset = 8; offset < bytes.length - 8; ) {
    const lengthBytes = Number(bytes.readBigUInt64LE(offset + 1));
    if (bytes[offset] === chunkIndexOpcode) {
      // Start time, end time, offset, length; no checksum of the summary stands in the way.
      for (const field of [0, 8, 16, 24]) {
        const lying = Buffer.from(bytes);
        lying.writeUInt32LE(0, bytes.length - 8 - 4);
        lying.writeBigUInt64LE(77n, offset + 9 + field);
        expect((await readAll(lying)).read).toEqual(expected);
        lies++;
      }
    }
    offset += 9 + lengthBytes;
  }
  expect(lies).toBeGreaterThan(8);
});

test('many small records are read in time that grows with their number', async () => {
  /** Processor time of reading so many, microseconds: what else the machine does counts little. */
  const readingUs = async (count: number, useChunks: boolean) => {
    const many = { channels: [{ topic: 'a', messages: messages(count, 0n) }] };
    const bytes = await buildMcap(many, { useChunks, chunkSize: 30, useStatistics: false });
    const before = process.cpuUsage();
    const { read } = await readAll(bytes);
    const { user, system } = process.cpuUsage(before);
    expect(read).toHaveLength(count);
    return user + system;
  };
  // One message per chunk, and all of them bare. Eight times the records would take 64 times as long, were each looked up in all.
  for (const useChunks of [true, false]) {
    const few = await readingUs(5_000, useChunks);
    expect(await readingUs(40_000, useChunks)).toBeLessThan(24 * few);
  }
});

/** LZ4's frame format with one stored block. */
function lz4Stored(bytes: Uint8Array): Uint8Array {
  const out = Buffer.alloc(7 + 4 + bytes.length + 4);
  out.writeUInt32LE(0x184d2204, 0);
  // Version 1, independent blocks; blocks of up to 4 MB; the header's checksum (xxh32 of the two, second byte).
  out.set([0x60, 0x70, 0x73], 4);
  out.writeUInt32LE((0x80000000 | bytes.length) >>> 0, 7);
  out.set(bytes, 11);
  return out;
}
