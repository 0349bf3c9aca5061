import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fromBinary } from '@bufbuild/protobuf';
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decodeImage } from '../../src/codec/image-codec.js';
import { CompressedImageSchema } from '../../src/messages/gen/foxglove/compressed_image_pb.js';
import { createDriveWriter } from '../../src/recording/drive-writer.js';
import { RecordingReader } from '../../src/recording/recording-reader.js';
import { windshield } from '../support/command-line.js';
import { makeTinyRig, type TinyRig } from '../support/tiny-rig.js';

const hasFfmpeg = spawnSync('ffmpeg', ['-version']).status === 0;
const frameCount = 8;

let rig: TinyRig;
let results: string;
beforeAll(async () => {
  rig = await makeTinyRig(frameCount, 20);
  results = join(rig.dir, 'results.mcap');
  const args = ['replay', rig.drivePath, '-p', rig.pipelinePath, '--lockstep', '--no-publish'];
  expect(await windshield([...args, '--out', results]).finished).toMatchObject({ code: 0 });
});
afterAll(() => rig.remove());

const exportDrive = (...args: string[]) => windshield(['export-drive', ...args]).finished;

describe('windshield export-drive', () => {
  test('writes tables that both formats fill alike', async () => {
    const [parquet, csv] = [join(rig.dir, 'parquet'), join(rig.dir, 'csv')];
    const args = [results, '--drive', rig.drivePath, '--name', 'tiny'];
    const { code, stdout } = await exportDrive(
      ...args,
      '--parquet',
      parquet,
      '--csv',
      csv,
      '--json',
    );
    expect(code).toBe(0);
    const summary = JSON.parse(stdout);
    expect(summary.parquet.rows).toEqual(summary.csv.rows);
    expect(summary.parquet.rows).toMatchObject({ drives: 1, frames: frameCount });
    const file = await asyncBufferFromFile(join(parquet, 'detections.parquet'));
    const boxes = await parquetReadObjects({ file });
    expect(boxes).toHaveLength(summary.csv.rows.detections);
    expect(boxes[0]).toMatchObject({ drive: 'tiny', frame_id: 0n, class_name: 'traffic_sign' });
    const lines = (await readFile(join(csv, 'detections.csv'), 'utf8')).split('\n');
    expect(lines[1]).toMatch(/^tiny,0,0,1700000000000000000,0,0,\d+,traffic_sign,/);
  });

  test('writes pictures byte by byte, with their times', async () => {
    const folder = join(rig.dir, 'pictures');
    const { code, stdout } = await exportDrive(rig.drivePath, '--pictures', folder);
    expect(stdout).toBe(`${folder}: ${frameCount} pictures, ${frameCount} copied byte by byte\n`);
    expect(code).toBe(0);
    const reader = await RecordingReader.open(rig.drivePath);
    const recorded: Uint8Array[] = [];
    for await (const { data } of reader.messages({ topics: ['camera/image'] }))
      recorded.push(fromBinary(CompressedImageSchema, data).data);
    await reader.close();
    for (const [index, jpeg] of recorded.entries())
      expect(await readFile(join(folder, `00000${index}.jpg`))).toEqual(Buffer.from(jpeg));
    const list = (await readFile(join(folder, 'pictures.csv'), 'utf8')).split('\n');
    expect(list[2]).toBe('000001.jpg,1700000000050000000,0.05');
    const again = await exportDrive(rig.drivePath, '--pictures', folder);
    expect(again).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('an empty one, found'),
    });
  });

  test.skipIf(!hasFfmpeg)('films a drive in its own time, with results drawn in', async () => {
    const film = join(rig.dir, 'film.mp4');
    const { code, stdout } = await exportDrive(results, '--drive', rig.drivePath, '--film', film);
    expect(stdout).toBe(
      `${film}: 0.4 s at 20 Hz, ${frameCount} of ${frameCount} pictures with results\n`,
    );
    expect(code).toBe(0);
    const still = join(rig.dir, 'still.png');
    spawnSync('ffmpeg', ['-v', 'error', '-i', film, '-frames:v', '1', still]);
    const { widthPx, heightPx, data } = await decodeImage(still);
    expect([widthPx, heightPx]).toEqual([128, 96]);
    // The class map colours what was grey.
    const at = (60 * 128 + 20) * 3;
    expect([...data.subarray(at, at + 3)]).not.toEqual([100, 100, 100]);
  });

  /** A drive whose pictures have these stamps, seconds. */
  async function writePausing(name: string, stampsS: number[], facts: { rateHz?: number }) {
    const path = join(rig.dir, name);
    const reader = await RecordingReader.open(rig.drivePath);
    const size = { widthPx: 128, heightPx: 96, sourceName: 'pause', ...facts };
    const writer = await createDriveWriter(path, size);
    for await (const { data } of reader.messages({ topics: ['camera/image'] })) {
      const stampS = stampsS.shift();
      if (stampS === undefined) break;
      const { data: jpeg } = fromBinary(CompressedImageSchema, data);
      await writer.writeFrame({ stampNs: BigInt(stampS * 1e9) + 1n, jpeg });
    }
    await writer.close();
    await reader.close();
    return path;
  }

  test.skipIf(!hasFfmpeg)('holds a picture until the next, and cuts a pause of years', async () => {
    const stampsS = [0, 0.25, 1.25, 1e9, 1e9 + 0.25];
    const path = await writePausing('pause.mcap', stampsS, { rateHz: 4 });
    const args = [path, '--film', join(rig.dir, 'pause.mp4'), '--json'];
    const { code, stdout, stderr } = await exportDrive(...args);
    expect(stderr).toContain('pause.mcap holds no results: the film shows its pictures alone');
    // 1.25 s, 10 s of the pause, 0.25 s, and the last picture.
    const film = { frames: 5 + 40 + 1 + 1, pictures: 5, annotated: 0, cutPauses: 1 };
    expect(JSON.parse(stdout).film).toMatchObject(film);
    expect(code).toBe(0);
  });

  test.skipIf(!hasFfmpeg)(
    'takes a rate that is not stated from the pictures, not the pause',
    async () => {
      const stampsS = [0, 0.25, 0.5, 0.75, 1e9, 1e9 + 0.25];
      const path = await writePausing('unstated.mcap', stampsS, {});
      const { stdout } = await exportDrive(path, '--film', join(rig.dir, 'unstated.mp4'), '--json');
      const film = { rateHz: 4, frames: 3 + 40 + 1 + 1, pictures: 6, cutPauses: 1 };
      expect(JSON.parse(stdout).film).toMatchObject(film);
    },
  );

  test('says in one line what it cannot do, and leaves nothing', async () => {
    const folder = join(rig.dir, 'nothing');
    expect(await exportDrive(results)).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^windshield: expected one of --parquet, .* \(ERR_USAGE\)\n$/),
    });
    expect(await exportDrive(rig.drivePath, '--csv', folder)).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/expected results, .* found topics .* \(ERR_RECORDING\)\n$/),
    });
    expect(await exportDrive(results, '--pictures', folder)).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^windshield: expected pictures .* \(ERR_RECORDING\)\n$/),
    });
    await writeFile(join(rig.dir, 'empty.mcap'), '');
    expect(await exportDrive(join(rig.dir, 'empty.mcap'), '--csv', folder)).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^windshield: the recording is empty: .*\n$/),
    });
    expect(existsSync(folder)).toBe(false);
    expect((await readdir(rig.dir)).filter((name) => name.includes('.partial'))).toEqual([]);
  });
});
