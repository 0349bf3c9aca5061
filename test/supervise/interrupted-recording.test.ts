import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { create, toBinary } from '@bufbuild/protobuf';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { PerceptionFrameSchema } from '../../src/messages/gen/windshield/v1/perception_pb.js';
import { readAttachments } from '../../src/recording/attachments.js';
import { RecordingReader } from '../../src/recording/recording-reader.js';
import { RecordingWriter } from '../../src/recording/recording-writer.js';
import { finishRecordings } from '../../src/supervise/finish-recordings.js';
import { setAside } from '../../src/supervise/interrupted-recording.js';

let dir: string;
let path: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'windshield-interrupted-'));
  path = join(dir, 'results.mcap');
});
afterEach(() => rm(dir, { recursive: true }));

/** A recording as a writer leaves it that dies after so many results. */
async function interrupt(frames: number): Promise<void> {
  const writer = await RecordingWriter.create(path, { chunkBytes: 0 });
  await writer.addMetadata('windshield.result', { source: 'a drive' });
  for (let id = 0; id < frames; id++)
    await writer.write(
      'perception',
      BigInt(id),
      create(PerceptionFrameSchema, { frameId: BigInt(id) }),
    );
  await writer.leave();
}

async function countResults(file: string): Promise<number> {
  const reader = await RecordingReader.open(file);
  let count = 0;
  for await (const _ of reader.messages({ topics: ['perception'] })) count++;
  await reader.close();
  return count;
}

test('what a dead pipeline recorded gets a number, and is readable before and after it is finished', async () => {
  await interrupt(5);
  setAside(path);
  expect(await readdir(dir)).toEqual(['results.1.mcap.interrupted']);
  expect(await countResults(`${dir}/results.1.mcap.interrupted`)).toBe(5);
  const finished = await finishRecordings(path);
  expect(finished).toEqual([{ path: join(dir, 'results.1.mcap'), frames: 5, cutBytes: 0 }]);
  expect(await readdir(dir)).toEqual(['results.1.mcap']);
  const reader = await RecordingReader.open(join(dir, 'results.1.mcap'));
  expect(reader.isComplete).toBe(true);
  expect(reader.metadata.get('windshield.result')).toEqual({ source: 'a drive' });
  expect(reader.metadata.get('windshield.interrupted')).toEqual({ number: '1', cutBytes: '0' });
  await reader.close();
});

test('a piece that cannot be read, as after a loss of power, stays and does not hold up the others', async () => {
  await writeFile(join(dir, 'results.1.mcap.interrupted'), new Uint8Array(4096));
  await interrupt(3);
  setAside(path);
  const finished: number[] = [];
  await expect(finishRecordings(path, ({ frames }) => finished.push(frames))).rejects.toMatchObject(
    { code: 'ERR_RECORDING' },
  );
  expect(finished).toEqual([3]);
  expect((await readdir(dir)).sort()).toEqual(['results.1.mcap.interrupted', 'results.2.mcap']);
});

test('of several cameras it keeps every channel, and the files in it', async () => {
  const writer = await RecordingWriter.create(path, { chunkBytes: 0 });
  const data = new Uint8Array([1, 2, 3]);
  await writer.addAttachment({ name: 'front.yaml', mediaType: 'text/yaml', data });
  const result = toBinary(PerceptionFrameSchema, create(PerceptionFrameSchema));
  for (const camera of ['front', 'rear'])
    await writer.writeEncoded('perception', 1n, result, `/${camera}/perception`);
  await writer.writeEncoded('sync', 2n, data, 'sync/around');
  await writer.leave();
  setAside(path);
  const [piece] = await finishRecordings(path);
  expect(piece?.frames).toBe(2);
  const reader = await RecordingReader.open(piece!.path);
  const topics = ['/front/perception', '/rear/perception', 'sync/around'];
  expect(reader.channels.map(({ topic }) => topic).sort()).toEqual(topics);
  await reader.close();
  const [attachment] = await readAttachments(piece!.path);
  expect(attachment).toMatchObject({ name: 'front.yaml', mediaType: 'text/yaml' });
});

test('pictures without a result yet are kept too', async () => {
  const writer = await RecordingWriter.create(path, { chunkBytes: 0 });
  await writer.writeEncoded('camera/image', 1n, new Uint8Array([1]), '/front/camera/image');
  await writer.leave();
  setAside(path);
  expect(await finishRecordings(path)).toEqual([
    { path: join(dir, 'results.1.mcap'), frames: 0, cutBytes: 0 },
  ]);
});

test('wherever it was cut off, its whole results are kept', async () => {
  await interrupt(5);
  const whole = await readFile(`${path}.partial`);
  for (const cutBytes of [1, 40, 200]) {
    await writeFile(`${path}.partial`, whole.subarray(0, whole.length - cutBytes));
    setAside(path);
    const [piece] = await finishRecordings(path);
    expect(piece!.frames).toBeGreaterThanOrEqual(3);
    expect(await countResults(piece!.path)).toBe(piece!.frames);
  }
});

test('nothing is overwritten: each piece takes the number after the last, finished or not', async () => {
  await writeFile(path, 'the recording of an earlier run');
  await writeFile(join(dir, 'results.3.mcap'), 'a piece of an earlier run');
  await writeFile(join(dir, 'results.old.mcap'), 'something else');
  for (const frames of [2, 3]) {
    await interrupt(frames);
    setAside(path);
  }
  expect((await finishRecordings(path)).map(({ path, frames }) => [path, frames])).toEqual([
    [join(dir, 'results.4.mcap'), 2],
    [join(dir, 'results.5.mcap'), 3],
  ]);
  expect(await readFile(path, 'utf8')).toBe('the recording of an earlier run');
  expect(await readFile(join(dir, 'results.3.mcap'), 'utf8')).toBe('a piece of an earlier run');
});

test('a pipeline that died before its first result leaves nothing', async () => {
  await interrupt(0);
  setAside(path);
  await appendFile(`${path}.partial`, '');
  setAside(path);
  expect(await finishRecordings(path)).toEqual([]);
  expect(await readdir(dir)).toEqual([]);
});

test('a copy that was cut off while a piece was finished does not replace the piece', async () => {
  await interrupt(5);
  setAside(path);
  const piece = join(dir, 'results.1.mcap.interrupted');
  await writeFile(join(dir, 'results.1.mcap.partial'), (await readFile(piece)).subarray(0, 100));
  setAside(path);
  expect(await countResults(piece)).toBe(5);
  expect((await finishRecordings(path)).map(({ frames }) => frames)).toEqual([5]);
  expect(await readdir(dir)).toEqual(['results.1.mcap']);
});

test('what another process is still writing is left where it is', async ({ skip }) => {
  skip(process.platform !== 'linux', 'only Linux says who has a file open');
  const writer = spawn('sh', ['-c', `exec 3> "$0.partial"; echo open; read end`, path]);
  await once(writer.stdout, 'data');
  expect(setAside(path)).toBeUndefined();
  expect(await readdir(dir)).toEqual(['results.mcap.partial']);
  writer.stdin.end();
  await once(writer, 'close');
  expect(setAside(path)).toBe(join(dir, 'results.1.mcap.interrupted'));
});

test('there is nothing to do where nothing was interrupted', async () => {
  setAside(path);
  expect(await finishRecordings(path)).toEqual([]);
});
