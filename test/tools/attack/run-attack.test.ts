import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { mulberry32 } from '../../../src/bundle/golden.js';
import { readBundleFolder } from '../../../src/inference/read-bundle-folder.js';
import { AttackedNetwork } from '../../../tools/attack/attacked-network.js';
import { foolingPictures } from '../../../tools/attack/fooling-picture.js';
import { type AttackMethod, runAttack } from '../../../tools/attack/run-attack.js';
import { openRecordingTruth } from '../../../tools/datasets/recording.js';
import { createRandom } from '../../../tools/train/random.js';
import { repoDir } from '../../support/command-line.js';
import { writeTinyBundles } from '../../support/tiny-bundles.js';
import { probabilitiesByLight } from '../evaluate/grey-bundles.js';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'windshield-attack-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

const drive = join(repoDir, 'recordings/sample-drive.mcap');
const attackSigns = async (method: AttackMethod, sizes: number[]) => {
  const bundle = await readBundleFolder(`${repoDir}models/signs`);
  const dataset = await openRecordingTruth(drive, { task: 'signs' });
  return runAttack(bundle, dataset, { method, sizes, count: 8, seed: 1 });
};

test('gradients turn more signs than noise of the same size, and more steps more than one', async () => {
  const fgsm = await attackSigns('fgsm', [4]);
  const pgd = await attackSigns('pgd', [4]);
  expect(fgsm.points[0]!.keptUnderNoise).toBeGreaterThanOrEqual(0.75);
  expect(fgsm.points[0]!.kept).toBeLessThan(fgsm.points[0]!.keptUnderNoise);
  expect(pgd.points[0]!.kept).toBeLessThanOrEqual(fgsm.points[0]!.kept);
  expect(pgd.medianSize).toBeLessThan(4);
  expect(pgd.cleanAccuracy).toBeGreaterThan(0.7);
});

test('what is one for all pictures is measured on pictures that it was not learnt on', async () => {
  const patch = await attackSigns('patch', [0.3]);
  expect(patch.pictures).toBe(4);
  expect(patch.points[0]!.kept).toBeLessThanOrEqual(patch.points[0]!.keptUnderNoise);
});

test.each(['noise', 'fgsm', 'pgd'] as const)(
  '%s stays within epsilon and within what a picture can be',
  async (method) => {
    const network = new AttackedNetwork(await readBundleFolder(`${repoDir}models/signs`));
    const random = mulberry32(3);
    const input = Float32Array.from({ length: 3072 }, () => random() * 2 - 1);
    const target = network.target(input);
    const found =
      method === 'fgsm' ? network.fgsm(target, 2) : network[method](target, 2, createRandom(1));
    network.release();
    const moved = found.map((value, i) => Math.abs(value - input[i]!) * 127.5);
    expect(Math.max(...moved)).toBeLessThan(2.001);
    expect(Math.max(...moved)).toBeGreaterThan(1.9);
    expect(found.every((value) => value >= -1 && value <= 1)).toBe(true);
  },
);

test('every task has a goal: the tiny networks of all four are attacked', async () => {
  const dirs = await writeTinyBundles(dir);
  for (const task of ['detection', 'segmentation'] as const) {
    const bundle = await readBundleFolder(dirs[task]);
    const network = new AttackedNetwork(bundle);
    const { widthPx, heightPx } = bundle.manifest.input.spec;
    // Red above all: a sign, or a road.
    const input = new Float32Array(3 * widthPx * heightPx).fill(0.45);
    input.fill(0.9, 0, widthPx * heightPx);
    const target = network.target(input);
    expect(network.kept(target, input)).toBe(1);
    expect(network.kept(target, network.fgsm(target, 200))).toBeLessThan(0.5);
    network.release();
  }
});

test('a picture of no meaning is found by ascent and by evolution', async () => {
  const bundle = await readBundleFolder(`${repoDir}models/signs`);
  const [ascent, evolution] = foolingPictures(bundle, 14, 1);
  expect(ascent!.probability).toBeGreaterThan(0.99);
  expect(evolution!.probability).toBeGreaterThan(0.9);
  expect([ascent!.className, ascent!.how, evolution!.how]).toEqual(['stop', 'ascent', 'evolution']);
});

test.each([
  ['pgd', 0, /epsilon of more than 0 up to 255 grey levels, found 0/],
  ['pgd', 300, /epsilon of more than 0 up to 255 grey levels, found 300/],
  ['patch', 1.5, /a side of more than 0 up to 1 of the shorter edge, found 1.5/],
] as const)('%s of %s is refused', async (method, size, message) => {
  await expect(attackSigns(method, [size])).rejects.toThrow(message);
});

test('the probabilities of a network that answers with them are not put through softmax again', async () => {
  const bundle = await probabilitiesByLight();
  for (const { probability } of foolingPictures(bundle, 0, 1))
    expect(probability).toBeGreaterThan(0.99);
});
