import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { makePlan } from '../../tools/fleet/plan/make-plan.js';
import { FolderStore } from '../../tools/fleet/store/folder-store.js';
import { S3Store } from '../../tools/fleet/store/s3-store.js';
import { fetchDrive } from '../../tools/fleet/work/fetch-drive.js';
import { buildDrive } from '../recording/drive-builder.js';
import { windshield, withoutProgress } from '../support/command-line.js';
import { type S3Server, startS3 } from '../support/s3-server.js';
import { makeTinyFleet, type TinyFleet } from '../support/tiny-fleet.js';

let fleet: TinyFleet;
let server: S3Server;
let bucket: S3Store;
beforeAll(async () => {
  fleet = await makeTinyFleet(['a', 'b']);
  server = await startS3(join(fleet.rig.dir, 's3'), ['fleet']);
  Object.assign(process.env, server.env);
  bucket = S3Store.open('s3://fleet', { endpoint: server.endpoint });
  for (const name of await readdir(fleet.drivesDir))
    await bucket.putFile(`drives/${name}`, join(fleet.drivesDir, name));
});
afterAll(async () => {
  await bucket.close();
  await server.close();
  await fleet.rig.remove();
});
beforeEach(() => {
  server.faultOf = () => undefined;
});

const run = (drives: string, out: string) =>
  windshield([...fleet.runArgs(drives, out), '--endpoint', server.endpoint], server.env).finished;

describe('windshield fleet run in a bucket', () => {
  test('gives the same bytes as in folders, though the store stumbles', async () => {
    const folders = await fleet.writeDrives('here.yaml', { drives: [{ path: 'drives/*.mcap' }] });
    const far = await fleet.writeDrives('far.yaml', {
      drives: [{ path: 's3://fleet/drives/*.mcap' }],
    });
    const out = join(fleet.rig.dir, 'out');
    expect(await run(folders, out)).toMatchObject({ code: 0 });
    let asked = 0;
    server.faultOf = () => (asked++ % 5 === 2 ? 'busy' : undefined);
    const ended = await run(far, 's3://fleet/results');
    expect([ended.code, withoutProgress(ended.stderr)]).toEqual([0, '']);
    expect(ended.stdout).toMatch(/^units {4}2: 2 done, 0 failed$/m);
    const here = await fleet.resultsIn(out);
    expect(here.size).toBe(4);
    for (const [name, bytes] of here)
      expect(bytes.equals((await bucket.read(`results/${name}`)) ?? Buffer.of()), name).toBe(true);
  });

  test('ends with one line where the bucket is full, and leaves no unit half done', async () => {
    const far = await fleet.writeDrives('far.yaml', {
      drives: [{ path: 's3://fleet/drives/*.mcap' }],
    });
    server.faultOf = (asked) => (/^PUT .*results\.mcap/.test(asked) ? 'full' : undefined);
    const { code, stderr } = await run(far, 's3://fleet/full');
    expect(code).toBe(2);
    expect(withoutProgress(stderr)).toMatch(
      /^windshield: [ab]: s3:\/\/fleet\/full\/units\/\w+\/results\.mcap: expected to write it, found 507 QuotaExceeded: The bucket is full\. \(ERR_OUTPUT\)\n$/,
    );
    for await (const { key } of bucket.list('full/')) expect(key).not.toMatch(/unit\.json$/);
  });
});

test('a piece of a long drive costs its own bytes, and the index', async () => {
  const path = await buildDrive(fleet.rig.dir, 80, {
    padBytes: 200_000,
    rateHz: 20,
    frameCount: 80,
  });
  await bucket.putFile('long.mcap', path);
  const drives = [{ path: 's3://fleet/long.mcap' }];
  const store = { endpoint: server.endpoint };
  const results = new FolderStore(join(fleet.rig.dir, 'plans'));
  const file = { drives, pieceSeconds: 1, runUpSeconds: 0.5 };
  const { units } = await makePlan(file, 'run', results, store);
  expect(units).toHaveLength(4);
  server.requests.length = 0;
  const dir = join(fleet.rig.dir, 'piece');
  await mkdir(dir);
  const { path: piece, frameIds } = await fetchDrive(units[2]!, dir, store);
  expect(frameIds).toEqual(Array.from({ length: 30 }, (_, i) => 30 + i));
  const spans = server.requests.flatMap((asked) => {
    const [, from, to] = /bytes=(\d+)-(\d+)/.exec(asked) ?? [];
    return from === undefined ? [] : [Number(to) - Number(from) + 1];
  });
  const [read, own] = [
    spans.reduce((sum, bytes) => sum + bytes, 0),
    (await readFile(piece)).length,
  ];
  // A chunk of 1 MiB hangs over at either end; start and index of the file are read once.
  expect(read).toBeLessThan(own + 2 * 1.3e6 + 320 * 1024);
  expect(read).toBeLessThan((await readFile(path)).length * 0.6);
});
