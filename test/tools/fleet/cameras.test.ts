import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadPipelineFile } from '../../../src/pipeline/pipeline-file.js';
import type { PipelineConfig } from '../../../src/pipeline/pipeline-schema.js';
import { RecordingReader } from '../../../src/recording/recording-reader.js';
import { findDrives } from '../../../tools/fleet/plan/find-drives.js';
import { makePlan } from '../../../tools/fleet/plan/make-plan.js';
import { type Unit, unitFiles } from '../../../tools/fleet/plan/unit.js';
import { FolderStore } from '../../../tools/fleet/store/folder-store.js';
import { S3Store } from '../../../tools/fleet/store/s3-store.js';
import { runUnit } from '../../../tools/fleet/work/run-unit.js';
import { codeFleet } from '../../../tools/similar/code-fleet.js';
import { loadCodes } from '../../../tools/similar/stored-codes.js';
import { type S3Server, startS3 } from '../../support/s3-server.js';
import { makeTinyRig, type TinyRig } from '../../support/tiny-rig.js';
import { writeTwoCameras } from '../../support/two-cameras.js';

const views = {
  front: { frames: 60, widthPx: 128, heightPx: 96 },
  rear: { frames: 40, widthPx: 96, heightPx: 64 },
} as const;
type Camera = keyof typeof views;
const cameras = Object.keys(views) as Camera[];

let rig: TinyRig;
let config: PipelineConfig;
let server: S3Server;
let results: FolderStore;
const at = (name: string) => join(rig.dir, name);
beforeAll(async () => {
  rig = await makeTinyRig(2);
  config = await loadPipelineFile(rig.pipelinePath);
  await mkdir(at('drives'));
  await writeTwoCameras(at('drives/two.mcap'), views);
  server = await startS3(at('s3'), ['fleet']);
  Object.assign(process.env, server.env);
  results = new FolderStore(at('results'));
  const bucket = S3Store.open('s3://fleet', { endpoint: server.endpoint });
  await bucket.putFile('drives/two.mcap', at('drives/two.mcap'));
  await bucket.close();
});
afterAll(async () => {
  await server.close();
  await rig.remove();
});

const store = () => ({ endpoint: server.endpoint });
const planned = async (paths: readonly string[], pieceSeconds?: number) => {
  const file = { drives: paths.map((path) => ({ path })), runUpSeconds: 0.5 };
  const cut = pieceSeconds === undefined ? file : { ...file, pieceSeconds };
  const { units, unreadable } = await makePlan(cut, 'run', results, store());
  expect(unreadable).toEqual([]);
  return units;
};

/** Number of results of a unit, and the size of their frames. */
async function resultsOf(unit: Unit, place: string) {
  const dir = at(`work-${place}-${unit.name.replaceAll('#', '-')}`);
  await mkdir(dir);
  const out = at(`out-${place}`);
  await runUnit({ unit, run: 'run', config, out, store: store(), dir }, () => {});
  const reader = await RecordingReader.open(join(out, unitFiles(unit.key).results));
  const stamps: bigint[] = [];
  for await (const { stampNs } of reader.messages({ topics: ['perception'] })) stamps.push(stampNs);
  await reader.close();
  return stamps.length;
}

test('two cameras of one recording are two drives, of other names and keys, also by a pattern', async () => {
  for (const root of [at('drives'), 's3://fleet/drives']) {
    const entries = cameras.map((camera) => ({ path: `${root}/*.mcap#${camera}` }));
    const found = await findDrives(entries, store());
    expect(found.map(({ name, location }) => [name, location])).toEqual(
      cameras.map((camera) => [`two#${camera}`, `${root}/two.mcap#${camera}`]),
    );
  }
  const own = await planned(cameras.map((camera) => at(`drives/two.mcap#${camera}`)));
  const far = await planned(cameras.map((camera) => `s3://fleet/drives/two.mcap#${camera}`));
  expect(own.map(({ name }) => name)).toEqual(['two#front', 'two#rear']);
  expect(new Set(own.map(({ key }) => key)).size).toBe(2);
  expect(far.map(({ key }) => key)).toEqual(own.map(({ key }) => key));
  // One name for either: the camera alone tells their results apart.
  const named = await Promise.all(
    cameras.map(async (camera) => {
      const drives = [{ path: at(`drives/two.mcap#${camera}`), name: 'night' }];
      return (await makePlan({ drives, runUpSeconds: 1 }, 'run', results)).units[0]!.key;
    }),
  );
  expect(new Set(named).size).toBe(2);
});

test.each([
  ['a folder', () => at('drives/two.mcap')],
  ['a bucket', () => 's3://fleet/drives/two.mcap'],
])('a unit of one camera in %s has its frames alone, whole and in pieces', async (place, path) => {
  const name = place.replace(' ', '-');
  const [rear] = await planned([`${path()}#rear`]);
  expect(await resultsOf(rear!, name)).toBe(views.rear.frames);
  const pieces = await planned([`${path()}#rear`], 1);
  expect(pieces.map(({ name: piece }) => piece)).toEqual(['two#rear#0', 'two#rear#1']);
  expect(await resultsOf(pieces[1]!, name)).toBe(20);
});

test('the camera of a pipeline file plays its own pictures of a recording that holds both', async () => {
  const drives = [{ path: at('drives/two.mcap') }, { path: rig.drivePath }];
  const plan = async (camera?: string) =>
    (await makePlan({ drives, runUpSeconds: 1 }, 'run', results, { camera })).units;
  const [plain, rear] = [await plan(), await plan('rear')];
  expect(rear.map(({ name, location }) => [name, location])).toEqual([
    ['two', at('drives/two.mcap#rear')],
    ['drive', rig.drivePath],
  ]);
  expect(rear[0]!.key).not.toBe(plain[0]!.key);
  expect(rear[1]!.key).toBe(plain[1]!.key);
});

test('codes of two cameras of one name do not stand for each other', async () => {
  const codes = new FolderStore(at('codes'));
  const coder = { dims: 8, code: async () => new Float32Array(8), release: () => {} };
  const kind = { maker: 'm', open: () => coder };
  const frames: number[] = [];
  for (const camera of cameras) {
    const drives = [{ path: at(`drives/two.mcap#${camera}`), name: 'night' }];
    const options = { everyS: 0.05, store: {} };
    const made = await codeFleet({ drives, runUpSeconds: 1 }, kind, codes, options);
    expect(made.failures).toEqual([]);
    frames.push(made.frames);
  }
  expect(frames).toEqual([60, 40]);
  const { drives } = await loadCodes(codes, 'm');
  expect(drives.map(({ location }) => location).sort()).toEqual(
    cameras.map((camera) => at(`drives/two.mcap#${camera}`)),
  );
});
