import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { encodeJpeg } from '../../src/codec/image-codec.js';
import { readBundleFolder } from '../../src/inference/read-bundle-folder.js';
import {
  type PerceptionFrame,
  PerceptionFrameSchema,
} from '../../src/messages/gen/windshield/v1/perception_pb.js';
import { readMessage } from '../../src/messages/read-message.js';
import { createDriveWriter } from '../../src/recording/drive-writer.js';
import { RecordingReader } from '../../src/recording/recording-reader.js';
import { mineFleet } from '../../tools/fleet/mine/mine-fleet.js';
import { readDrivesFile } from '../../tools/fleet/plan/drives-file.js';
import { FolderStore } from '../../tools/fleet/store/folder-store.js';
import { createRandom } from '../../tools/train/random.js';
import { windshield } from '../support/command-line.js';
import { makeTinyRig, type TinyRig } from '../support/tiny-rig.js';

const [widthPx, heightPx] = [128, 96];

/** A road of sorts: sky above, ground below, a bright edge that wanders. */
function ordinaryPicture(frame: number, seed: number): Uint8Array {
  const random = createRandom(seed * 1000 + frame);
  const edge = 60 + 20 * Math.sin(seed + frame / 5);
  return Uint8Array.from({ length: widthPx * heightPx * 3 }, (_, i) => {
    const [x, y] = [Math.floor(i / 3) % widthPx, Math.floor(i / 3 / widthPx)];
    const level = y < 40 + 4 * Math.cos(frame / 7) ? 170 : Math.abs(x - edge) < 6 ? 220 : 80;
    return level + 12 * (random.next() - 0.5) + 10 * (i % 3);
  });
}

async function writeDrive(path: string, pictures: readonly Uint8Array[]): Promise<void> {
  const writer = await createDriveWriter(path, { widthPx, heightPx, sourceName: 'a test' });
  for (const [frame, data] of pictures.entries()) {
    const jpeg = await encodeJpeg({ widthPx, heightPx, data }, 90);
    await writer.writeFrame({
      stampNs: 1_700_000_000_000_000_000n + BigInt(frame) * 500_000_000n,
      jpeg,
    });
  }
  await writer.close();
}

const ordinary = (count: number, seed: number, from = 0) =>
  Array.from({ length: count }, (_, frame) => ordinaryPicture(from + frame, seed));
const dark = (count: number) =>
  Array.from({ length: count }, () => new Uint8Array(widthPx * heightPx * 3).fill(9));

let dir: string;
let rig: TinyRig;
let bundle: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'windshield-novelty-'));
  rig = await makeTinyRig(2);
  bundle = join(dir, 'gate');
  await Promise.all([
    writeDrive(join(dir, 'learnt.mcap'), ordinary(130, 1)),
    writeDrive(join(dir, 'held.mcap'), ordinary(124, 2)),
    writeDrive(join(dir, 'unseen.mcap'), ordinary(20, 3)),
    writeDrive(join(dir, 'night.mcap'), [...ordinary(6, 1, 30), ...dark(8), ...ordinary(8, 1, 40)]),
  ]);
  const drives = ['learnt.mcap', 'held.mcap'].map((name) => join(dir, name));
  const how = ['--hold-out', '2', '--every', '0', '--code', '8', '--steps', '40'];
  const made = await windshield(['novelty', 'train', ...drives, '--out', bundle, ...how]).finished;
  expect(made.stderr).toMatch(/held\.mcap: 124 frames, held out/);
  expect(made.stdout).toMatch(
    /gate: learnt from 130 frames; threshold \d+\.\d\d, \d alarms in 1\.0 /,
  );
  expect(made.code).toBe(0);
});
afterAll(async () => {
  await rm(dir, { recursive: true, force: true });
  await rig?.remove();
});

async function framesOf(path: string): Promise<PerceptionFrame[]> {
  const reader = await RecordingReader.open(path);
  const frames: PerceptionFrame[] = [];
  for await (const { data } of reader.messages({ topics: ['perception'] }))
    frames.push(readMessage(PerceptionFrameSchema, data, path));
  await reader.close();
  return frames;
}

test('the bundle says how it judges, and is small', async () => {
  const { manifest, network } = await readBundleFolder(bundle);
  expect(manifest.task).toBe('novelty');
  expect(manifest.decode).toMatchObject({ kind: 'novelty', falseAlarmsPerMinute: 0.1, beginS: 1 });
  expect(network.length).toBeLessThan(400_000);
});

test('on the rig a novel scene is published, recorded, told in health, and stops steering until it is over', async () => {
  // A minute of held-out frames makes a threshold that is too tight for the frames that were learnt from.
  const { decode } = (await readBundleFolder(bundle)).manifest;
  const threshold = 2 * (decode as { threshold: number }).threshold;
  const pipeline = await rig.writePipeline('novel.yaml', {
    source: join(dir, 'night.mcap'),
    calibration: 'none',
    bundles: { steering: 'models/steering', novelty: bundle },
    lanes: [['steering'], ['novelty']],
    novelty: { stopsSteering: true, threshold, beginS: 1, endS: 1 },
  });
  const out = join(dir, 'result.mcap');
  const words = ['replay', join(dir, 'night.mcap'), '--pipeline', pipeline, '--lockstep'];
  const ran = await windshield([...words, '--out', out]).finished;
  expect(ran.code, ran.stderr).toBe(0);
  const frames = await framesOf(out);
  expect(frames).toHaveLength(22);
  const isNovel = frames.map(({ novelty }) => novelty!.isNovel);
  // Dark from the seventh frame on; said a second later, and gone a second after it is light again.
  expect(isNovel).toEqual(frames.map((_, frame) => frame >= 8 && frame < 16));
  expect(frames.map(({ health }) => health.includes('novel_scene'))).toEqual(isNovel);
  expect(frames[7]!.novelty!.value).toBeGreaterThan(1);
  expect(frames[3]!.novelty!.value).toBeLessThan(1);
  const steered = frames.map(
    ({ stages }) => stages.find(({ stage }) => stage === 'steering')!.reason,
  );
  // What is known of a frame before it runs is what the frames before it showed.
  expect(steered).toEqual(frames.map((_, frame) => (frame >= 9 && frame < 17 ? 'novel' : '')));
  // Recorded and repeated, it is the same.
  const again = await windshield([
    'verify',
    join(dir, 'night.mcap'),
    '--pipeline',
    pipeline,
    '--reference',
    out,
  ]).finished;
  expect(again.code, again.stdout).toBe(0);
});

test('frames that the gate calls novel are worth a label: of each stretch the most novel one', async () => {
  const pipeline = await rig.writePipeline('mined.yaml', {
    calibration: 'none',
    bundles: { steering: 'models/steering', novelty: bundle },
    lanes: [['steering'], ['novelty']],
    novelty: { beginS: 1, endS: 1 },
  });
  const drives = join(rig.dir, 'drives.yaml');
  await writeFile(drives, stringify({ drives: [{ path: join(dir, 'night.mcap') }] }));
  const results = new FolderStore(join(dir, 'results'));
  const ran = await windshield(['fleet', 'run', drives, '-p', pipeline, '-o', results.place])
    .finished;
  expect(ran.code, ran.stderr).toBe(0);
  // By its code only the first frame would be novel; where the gate ran it has the word.
  const codes = ['night', 'other'].map((drive, place) => ({
    ...{ maker: 'm', drive, location: drive, dims: 8, thumbnails: [] },
    ...{ timesS: Float64Array.of(0), codes: new Float32Array(8).fill(place) },
  }));
  const { frames } = await mineFleet({
    ...{ task: 'detection', drives: readDrivesFile(drives), results, store: {}, codes },
    ...{ count: 9, apartS: 60, outDir: join(dir, 'mined'), pageUrl: '' },
  });
  expect(frames.map(({ reasons }) => Object.keys(reasons))).toEqual([['novel']]);
  // Dark from the seventh to the fourteenth frame, said a second later.
  expect(frames[0]!.frameId).toBeGreaterThanOrEqual(8);
  expect(frames[0]!.frameId).toBeLessThan(14);
  expect(frames[0]!.reasons.novel).toBeGreaterThan(1);
});

test('how often it is wrong and what it finds is measured on drives and pictures of elsewhere', async () => {
  const drive = join(dir, 'unseen.mcap');
  const against = ['--against', `dark=${join(dir, 'night.mcap')}`];
  const how = [
    '--bundle',
    bundle,
    '--alterations',
    'night,covered-lens',
    '--strengths',
    '5',
    '--every',
    '0',
  ];
  const measured = await windshield(['novelty', 'measure', drive, ...how, ...against, '--json'])
    .finished;
  expect(measured.code, measured.stderr).toBe(0);
  const { ordinary: plain, altered } = JSON.parse(measured.stdout);
  expect(plain).toMatchObject({ minutes: 1, name: 'ordinary' });
  expect(altered.map(({ name }: { name: string }) => name)).toEqual([
    'night',
    'covered-lens',
    'dark',
  ]);
  for (const { found, auc } of altered.slice(0, 2)) {
    expect(found).toBe(1);
    expect(auc).toBeGreaterThan(0.99);
  }
  const table = await windshield(['novelty', 'measure', drive, ...how]).finished;
  expect(table.stdout).toMatch(
    /^\d false alarms in 1 ordinary minutes, 100\.0 % of 2 altered minutes found/,
  );
});

test('what cannot be is told in one line, and nothing is written', async () => {
  const out = join(dir, 'none');
  const train = (...words: string[]) => windshield(['novelty', 'train', ...words]).finished;
  const one = await train(join(dir, 'learnt.mcap'), '--out', out);
  expect(one.stderr).toContain(
    'expected 3 drives or more, of which one is held out, found 1 (ERR_TRAINING)',
  );
  const odd = await train(join(dir, 'learnt.mcap'), '--out', out, '--code', '9');
  expect(odd.stderr).toContain('--code: expected a multiple of 8, found 9');
  const other = await windshield([
    'novelty',
    'measure',
    join(dir, 'unseen.mcap'),
    '--bundle',
    rig.bundleDirs.steering,
  ]).finished;
  expect(other.stderr).toContain('expected a bundle for novelty, found one for steering');
  const placed = await rig.writePipeline('nowhere.yaml', { novelty: { stopsSteering: true } });
  const config = await windshield(['config', placed]).finished;
  expect(config.stderr).toContain('novelty rides in no lane');
  expect([one.code, odd.code, other.code, config.code]).toEqual([2, 2, 2, 2]);
  expect(existsSync(out)).toBe(false);
});
