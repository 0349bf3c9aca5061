import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { create, toBinary } from '@bufbuild/protobuf';
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PerceptionFrameSchema } from '../../../src/messages/gen/windshield/v1/perception_pb.js';
import { segmentationClasses } from '../../../src/perception/classes.js';
import { RecordingWriter } from '../../../src/recording/recording-writer.js';
import { driveTables, type TableName } from '../../../tools/tables/drive-tables.js';
import { driveNameOf, readDriveRows } from '../../../tools/tables/read-drive-rows.js';
import type { Value } from '../../../tools/tables/table-schema.js';
import { writeDriveTables } from '../../../tools/tables/write-drive-tables.js';
import { ResultsFile } from '../../../tools/verdict/open-results.js';
import { repoDir } from '../../support/command-line.js';

const reference = join(repoDir, 'recordings/sample-reference.mcap');
const drivePath = join(repoDir, 'recordings/sample-drive.mcap');

type ReadRow = Record<string, Value>;
let dir: string;
let counts: Record<TableName, number>;
const read = async (name: TableName): Promise<ReadRow[]> =>
  parquetReadObjects({ file: await asyncBufferFromFile(join(dir, `${name}.parquet`)) });

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'windshield-tables-'));
  const rows = readDriveRows(reference, { drivePath, driveName: 'sample' });
  counts = await writeDriveTables(rows, dir, 'parquet');
});
afterAll(() => rm(dir, { recursive: true, force: true }));

describe('the sample as tables', () => {
  test('has a row for each frame, box, sign and angle that was recorded', async () => {
    const file = await ResultsFile.open(reference);
    const expected = { frames: 0, detections: 0, signs: 0, steering: 0, stages: 0 };
    for await (const { frame } of file.results()) {
      expected.frames++;
      expected.detections += frame.detections.length;
      expected.signs += frame.signs.length;
      expected.steering += frame.steering ? 1 : 0;
      expected.stages += frame.stages.length;
    }
    await file.close();
    expect(counts).toMatchObject(expected);
    expect(expected.detections).toBeGreaterThan(100);
    expect((await read('detections')).length).toBe(expected.detections);
  });

  test('says of the drive where its results come from', async () => {
    const [drive] = await read('drives');
    expect(drive).toMatchObject({ drive: 'sample', frames: 250n, dropped_frames: 0n });
    expect(drive).toMatchObject({ truth_frames: 250n, width_px: 1280, height_px: 720 });
    expect(drive!['duration_s']).toBeCloseTo(12.45, 6);
    const tasks = (await read('bundles')).map(({ task }) => task).sort();
    expect(tasks).toEqual(['detection', 'segmentation', 'signs', 'steering']);
  });

  test('sums its tracks up as its boxes say', async () => {
    const boxes = await read('detections');
    for (const track of await read('tracks')) {
      const own = boxes.filter(({ track_id }) => track_id === track['track_id']);
      expect(track['frames']).toBe(own.length);
      expect(track['first_frame_id']).toBe(own[0]!['frame_id']);
      expect(track['last_s']).toBe(own.at(-1)!['time_s']);
    }
  });

  test('joins results and truth of a frame by its stamp', async () => {
    const angles = new Map((await read('steering')).map((row) => [row['stamp_ns'], row]));
    const truths = await read('truth_vehicle');
    const errors = truths.map(({ stamp_ns, steering_rad, time_s }) => {
      const found = angles.get(stamp_ns!)!;
      expect(found['time_s']).toBeCloseTo(time_s as number, 6);
      return Math.abs((found['angle_rad'] as number) - (steering_rad as number));
    });
    expect(errors).toHaveLength(250);
    expect(Math.max(...errors)).toBeLessThan(0.5);
  });

  test('has shares of classes that make one map', async () => {
    const sums = new Map<Value, number>();
    for (const name of ['segmentation', 'truth_segmentation'] as const)
      for (const { frame_id, class_name, share } of await read(name)) {
        expect(segmentationClasses).toContain(class_name);
        sums.set(`${name} ${frame_id}`, (sums.get(`${name} ${frame_id}`) ?? 0) + (share as number));
      }
    expect(sums.size).toBe(500);
    for (const sum of sums.values()) expect(sum).toBeCloseTo(1, 4);
  });

  test('knows the objects of its truth by their numbers from frame to frame', async () => {
    const frames = new Map<Value, Set<Value>>();
    for (const { object_id, frame_id } of await read('truth_objects'))
      frames.set(object_id!, (frames.get(object_id!) ?? new Set()).add(frame_id!));
    expect(frames.size).toBeGreaterThan(3);
    expect(Math.max(...[...frames.values()].map(({ size }) => size))).toBeGreaterThan(20);
  });

  test('gives the same tables as CSV', async () => {
    const rows = readDriveRows(reference, { drivePath, driveName: 'sample' });
    expect(await writeDriveTables(rows, dir, 'csv')).toEqual(counts);
    const lines = (await readFile(join(dir, 'tracks.csv'), 'utf8')).trimEnd().split('\n');
    expect(lines[0]).toBe(Object.keys(driveTables.tracks.columns).join(','));
    expect(lines).toHaveLength(counts.tracks + 1);
  });
});

test('time goes on from life to life of a supervised run, though the source of each counts from 0', async () => {
  const path = join(dir, 'lives.mcap');
  const writer = await RecordingWriter.create(path);
  const startNs = 1_700_000_000_000_000_000n;
  for (const [epoch, seconds] of [
    [0, 0],
    [0, 1],
    [1, 5],
    [1, 6],
  ] as const) {
    const stampNs = startNs + BigInt(seconds) * 1_000_000_000n;
    const sourceTimeNs = BigInt(seconds - 5 * epoch) * 1_000_000_000n;
    const frame = create(PerceptionFrameSchema, { epoch, stampNs, sourceTimeNs });
    await writer.writeEncoded('perception', stampNs, toBinary(PerceptionFrameSchema, frame));
  }
  await writer.close();
  const found: unknown[] = [];
  for await (const one of readDriveRows(path))
    if (one.table === 'frames') found.push([one.row.epoch, one.row.time_s]);
  expect(found).toEqual([
    [0, 0],
    [0, 1],
    [1, 5],
    [1, 6],
  ]);
});

test('a drive is named after its file, one camera of several with its name', () => {
  expect(driveNameOf('drives/a.mcap')).toBe('a');
  expect(driveNameOf('drives/rig.mcap#front')).toBe('rig#front');
  expect(driveNameOf('a.mcap.partial')).toBe('a.mcap.partial');
});

test('a drive without results says what it has instead', async () => {
  const rows = readDriveRows(drivePath);
  await expect(writeDriveTables(rows, dir, 'csv')).rejects.toMatchObject({
    code: 'ERR_RECORDING',
    message: `${drivePath}: expected results, as windshield replay --out records them, found topics camera/calibration, camera/image, ground_truth`,
  });
});
