import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fromBinary } from '@bufbuild/protobuf';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decodeImage } from '../../src/codec/image-codec.js';
import { JpegEncoder } from '../../src/codec/jpeg-encoder.js';
import { CompressedImageSchema } from '../../src/messages/gen/foxglove/compressed_image_pb.js';
import type { FramePixels } from '../../src/outputs/output.js';
import { NumberedRecording } from '../../src/outputs/recording/numbered-recording.js';
import { RecorderThread } from '../../src/outputs/recording/recorder-thread.js';
import { readAttachments } from '../../src/recording/attachments.js';
import { RecordingReader } from '../../src/recording/recording-reader.js';
import { whyMissing } from '../capture/tools.js';
import { repoDir, start, windshield } from '../support/command-line.js';

const layout = { format: 'rgb8', widthPx: 64, heightPx: 48, strideBytes: 192 } as const;
let dir: string;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'windshield-recording-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

function optionsFor(name: string) {
  const camera = {
    source: 'camera:none',
    images: true,
    layout,
    quality: 90,
    metadata: { 'windshield.drive': { sourceName: 'a test' } },
    attachments: [{ name: 'note.txt', mediaType: 'text/plain', data: Buffer.from('hello') }],
  };
  return { path: join(dir, name), cameras: [camera] };
}

/** A frame of one colour in shared memory, and whether it was given back. */
function frameOf(red: number): FramePixels & { isReleased: boolean } {
  const bytes = new Uint8Array(new SharedArrayBuffer(192 * 48));
  for (let at = 0; at < bytes.length; at += 3) bytes.set([red, 20, 20], at);
  const frame = { layout, bytes, isReleased: false, release: () => {} };
  frame.release = () => {
    frame.isReleased = true;
  };
  return frame;
}

/** Hands over frames of 100 ms, each when the one before was written. */
async function recordSeconds(thread: RecorderThread, seconds: number) {
  for (let turn = 0; turn < seconds * 10; turn++) {
    thread.picture(BigInt(turn) * 100_000_000n, frameOf(200));
    await thread.drained();
  }
}

describe('a recorder in a thread of its own', () => {
  test('encodes frames from shared memory and gives each back', async () => {
    const thread = new RecorderThread();
    await thread.open(optionsFor('one.mcap'));
    const frame = frameOf(200);
    thread.picture(5n, frame);
    await thread.drained();
    expect(frame.isReleased).toBe(true);
    await thread.end('close');
    const path = join(dir, 'one.mcap');
    const reader = await RecordingReader.open(path);
    const [message] = await allOf(reader.messages({ topics: ['camera/image'] }));
    await reader.close();
    const { data, format } = fromBinary(CompressedImageSchema, message!.data);
    expect(format).toBe('jpeg');
    const image = await decodeImage(data);
    expect(image.data[0]).toBeGreaterThan(190);
    expect(image.data[1]).toBeLessThan(35);
    const [attachment] = await readAttachments(path);
    expect(Buffer.from(attachment!.data).toString()).toBe('hello');
  });

  test('writes numbered files of a bounded length, and goes on where the numbers ended', async () => {
    const said: string[] = [];
    for (let run = 0; run < 2; run++) {
      const thread = new RecorderThread();
      await thread.open({ ...optionsFor('split.mcap'), splitSeconds: 1 });
      await recordSeconds(thread, 2);
      await thread.end('close');
      said.push(...thread.files.map((path) => basename(path)));
    }
    const names = (await readdir(dir)).filter((name) => name.startsWith('split.')).sort();
    expect(names).toEqual(['split.1.mcap', 'split.2.mcap', 'split.3.mcap', 'split.4.mcap']);
    expect(said).toEqual(names);
    for (const name of names) {
      const reader = await RecordingReader.open(join(dir, name));
      expect(reader.isComplete).toBe(true);
      expect(reader.channels[0]?.messageCount).toBe(10);
      await reader.close();
    }
  });

  test('numbered files follow each other however far the disk is behind', async () => {
    const thread = new RecorderThread();
    await thread.open({ ...optionsFor('behind.mcap'), splitSeconds: 1 });
    // Five files' messages wait before the first is written.
    for (let turn = 0; turn < 50; turn++)
      thread.message('log', BigInt(turn) * 100_000_000n, new Uint8Array(10));
    await thread.end('close');
    const names = thread.files.map((path) => basename(path));
    expect(names).toEqual([1, 2, 3, 4, 5].map((number) => `behind.${number}.mcap`));
    for (const path of thread.files) {
      const reader = await RecordingReader.open(path);
      expect(reader.channels.find(({ topic }) => topic === 'log')?.messageCount).toBe(10);
      await reader.close();
    }
  });

  test('of a ring keeps the last seconds, and what was kept on purpose', async () => {
    const thread = new RecorderThread();
    await thread.open({ ...optionsFor('ring.mcap'), splitSeconds: 1, keepSeconds: 5 });
    await recordSeconds(thread, 2);
    thread.keep();
    for (let turn = 20; turn < 150; turn++) {
      thread.picture(BigInt(turn) * 100_000_000n, frameOf(20));
      await thread.drained();
    }
    await thread.end('close');
    const numbers = (await readdir(dir))
      .map((name) => Number(/^ring\.(\d+)\.mcap$/.exec(name)?.[1]))
      .filter((number) => number > 0)
      .sort((a, b) => a - b);
    // The first two were kept; of the others those of the last five seconds.
    expect(numbers.slice(0, 2)).toEqual([1, 2]);
    expect(numbers[2]).toBeGreaterThanOrEqual(9);
    expect(numbers.at(-1)).toBe(15);
    const there = numbers.map((number) => join(dir, `ring.${number}.mcap`));
    expect(thread.files).toEqual(there);
  });

  test('a folder that is missing is said before the first frame', async () => {
    const thread = new RecorderThread();
    const opening = thread.open(optionsFor('no/such/folder.mcap'));
    await expect(opening).rejects.toMatchObject({ code: 'ERR_OUTPUT' });
    await thread.end('abort');
  });

  test('compresses chunks where it is asked to', async () => {
    const sizes = [];
    for (const compression of ['none', 'zstd'] as const) {
      const path = join(dir, `${compression}.mcap`);
      const thread = new RecorderThread();
      await thread.open({ ...optionsFor(`${compression}.mcap`), compression });
      for (let turn = 0; turn < 50; turn++)
        thread.message('log', BigInt(turn), new Uint8Array(2000));
      await thread.end('close');
      const reader = await RecordingReader.open(path);
      expect(reader.channels.find(({ topic }) => topic === 'log')?.messageCount).toBe(50);
      expect(await allOf(reader.messages())).toHaveLength(50);
      sizes.push(reader.sizeBytes);
      await reader.close();
    }
    expect(sizes[1]).toBeLessThan(sizes[0]! / 5);
  });
});

test('files that are full before the disk has opened the one before have names of their own', async () => {
  const path = join(dir, 'burst.mcap');
  const recording = await NumberedRecording.create(
    path,
    { splitSeconds: 1 },
    { describe: async () => {}, messages: () => [] },
  );
  const writing = Array.from({ length: 8 }, (_, second) =>
    recording.write('log', BigInt(second) * 1_000_000_000n, new Uint8Array(10)),
  );
  await Promise.all(writing);
  await recording.close();
  expect(recording.files).toEqual(
    Array.from({ length: 8 }, (_, index) => join(dir, `burst.${index + 1}.mcap`)),
  );
});

test('says which files there are: the one asked for, those of a split, those that a ring left', async () => {
  const source = join(repoDir, 'recordings/sample-drive.mcap');
  const record = async (name: string, ...flags: string[]) => {
    const out = join(dir, name);
    const { stdout } = await windshield(['record', source, '-o', out, ...flags]).finished;
    const there = (await readdir(dir)).filter((one) => one.startsWith(name.slice(0, -5))).sort();
    return { said: stdout.trim().replaceAll(`${dir}/`, ''), there };
  };
  expect(await record('whole.mcap')).toEqual({
    said: 'whole.mcap: 250 frames of 1280x720, 12.4 s',
    there: ['whole.mcap'],
  });
  expect(await record('pieces.mcap', '--split', '8s')).toEqual({
    said: 'pieces.1.mcap to pieces.2.mcap (2 files): 250 frames of 1280x720, 12.4 s',
    there: ['pieces.1.mcap', 'pieces.2.mcap'],
  });
  const ring = await record('last.mcap', '--keep', '4s');
  expect(ring.there.length).toBeLessThan(6);
  const [first, last] = [ring.there[0], ring.there.at(-1)];
  expect(ring.said).toBe(
    `${first} to ${last} (${ring.there.length} files): the last 4 s, and what was kept, of 250 frames of 1280x720, 12.4 s`,
  );
});

test.for([
  // 512-byte blocks: 4 MB of a drive of 15, and less of a video.
  { pictures: 'jpeg', topic: 'camera/image', blocks: 8000 },
  { pictures: 'h264', topic: 'camera/video', blocks: 2000 },
])(
  'a disk that is full ends a recording as $pictures, and what it took can be recovered',
  async ({ pictures, topic, blocks }, { skip }) => {
    const why = pictures === 'h264' ? whyMissing('ffmpeg') : undefined;
    skip(why !== undefined, why);
    const out = join(dir, `full-${pictures}.mcap`);
    const source = join(repoDir, 'recordings/sample-drive.mcap');
    const words = ['bin/windshield.js', 'record', source, '--pictures', pictures, '--out', out];
    const limited = `ulimit -f ${blocks}; exec "$0" "$@"`;
    const { code, stderr } = await start('/bin/sh', ['-c', limited, process.execPath, ...words])
      .finished;
    expect(stderr).toContain('ERR_OUTPUT');
    expect(stderr).toContain(`full-${pictures}.1.mcap.interrupted`);
    expect(code).toBe(2);
    const clean = join(dir, `clean-${pictures}.mcap`);
    const left = join(dir, `full-${pictures}.1.mcap.interrupted`);
    const recovered = await windshield(['recover', left, '-o', clean, '--json']).finished;
    expect(recovered.stderr).toBe('');
    const summary = JSON.parse(recovered.stdout);
    expect(summary.messages[topic]).toBeGreaterThan(20);
    const reader = await RecordingReader.open(clean);
    expect(reader.isComplete).toBe(true);
    await reader.close();
  },
);

test('a live recording that is killed lacks at most two seconds', async ({ skip }) => {
  const gst = spawn('gst-launch-1.0', ['--version'], { stdio: 'ignore' });
  const hasGst = await new Promise((resolve) => {
    gst.once('error', () => resolve(false));
    gst.once('close', (code) => resolve(code === 0));
  });
  if (hasGst !== true) skip('needs gst-launch-1.0');
  const out = join(dir, 'killed.mcap');
  const caps = 'video/x-raw,width=64,height=48,framerate=20/1';
  const words = ['record', `gstreamer:videotestsrc is-live=true ! ${caps}`, '--out', out];
  const { child, finished } = windshield(words);
  const partial = `${out}.partial`;
  // Until two chunks are on the disk.
  let bytes = 0;
  for (let grown = 0; grown < 3; ) {
    const now = (await readFile(partial).catch(() => Buffer.alloc(0))).length;
    if (now > bytes) grown++;
    bytes = now;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const killNs = BigInt(Date.now()) * 1_000_000n;
  child.kill('SIGKILL');
  await finished;
  const reader = await RecordingReader.open(partial);
  const messages = await allOf(reader.messages({ topics: ['camera/image'] }));
  await reader.close();
  expect(messages.length).toBeGreaterThan(5);
  expect(Number(killNs - messages.at(-1)!.stampNs) / 1e9).toBeLessThan(2);
});

describe('the JPEG encoder', () => {
  test('reads NV12: studio white and black come out as such', async () => {
    const nv12 = { format: 'nv12', widthPx: 16, heightPx: 16, strideBytes: 20 } as const;
    const pixels = new Uint8Array(20 * 24).fill(128);
    for (let y = 0; y < 16; y++) pixels.fill(y < 8 ? 235 : 16, y * 20, y * 20 + 16);
    const { data } = await decodeImage(Buffer.from(new JpegEncoder(nv12, 95).encode(pixels)));
    expect(data[0]).toBeGreaterThan(250);
    expect(data.at(-1)).toBeLessThan(5);
  });

  test('leaves row padding out', async () => {
    const padded = { format: 'rgb8', widthPx: 16, heightPx: 16, strideBytes: 52 } as const;
    const pixels = new Uint8Array(52 * 16);
    for (let y = 0; y < 16; y++) pixels.fill(200, y * 52, y * 52 + 48);
    const { data } = await decodeImage(Buffer.from(new JpegEncoder(padded, 95).encode(pixels)));
    expect(Math.min(...data)).toBeGreaterThan(190);
  });
});

async function allOf<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
