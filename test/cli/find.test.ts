import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { SimilarFrame } from '../../tools/similar/find-similar.js';
import { windshield } from '../support/command-line.js';
import { makeTinyFleet, type TinyFleet } from '../support/tiny-fleet.js';
import { writeTwoCameras } from '../support/two-cameras.js';

let fleet: TinyFleet;
beforeAll(async () => {
  // `b` is `a` and one frame more; a blue square comes in with the seventh frame.
  fleet = await makeTinyFleet(['a', 'b'], 8);
});
afterAll(() => fleet.rig.remove());

test('codes are written once, and find gives near-copies first', async () => {
  const drives = await fleet.writeDrives('drives.yaml', { drives: [{ path: 'drives/*.mcap' }] });
  const codes = join(fleet.rig.dir, 'codes');
  const code = ['fleet', 'codes', drives, '-o', codes, '--every', '0.05', '--json'];
  const first = await windshield(code).finished;
  expect(JSON.parse(first.stdout)).toMatchObject({ drives: 2, before: 0, frames: 17 });
  expect(JSON.parse((await windshield(code).finished).stdout)).toMatchObject({
    before: 2,
    frames: 0,
  });
  const html = join(fleet.rig.dir, 'map.html');
  const map = await windshield(['fleet', 'map', codes, '--html', html]).finished;
  expect(map.stdout).toBe(`${html}: 17 of 17 frames, trustworthiness 1.000\n`);
  const page = await readFile(html, 'utf8');
  expect(page.match(/<a href="http:\/\/127\.0\.0\.1:5580\/#at=/g)).toHaveLength(17);
  expect(page).not.toMatch(/NaN|<script/);
  const like = `${join(fleet.drivesDir, 'a.mcap')}@0.1`;
  const find = ['find', '--like', like, '--codes', codes, '--top', '12', '--apart', '0', '--json'];
  const { stdout, stderr } = await windshield(find).finished;
  expect(stderr).toMatch(/^17 frames of 2 drives searched in /);
  const found: SimilarFrame[] = JSON.parse(stdout);
  expect(
    found
      .slice(0, 2)
      .map(({ drive }) => drive)
      .sort(),
  ).toEqual(['a', 'b']);
  expect(found[0]!.distance).toBeLessThan(1e-3);
  // Of both drives the six frames without the blue square, before any that has it.
  expect(Math.max(...found.map(({ timeS }) => timeS))).toBeLessThan(0.3);
});

test('find takes one camera of a recording of several, and finds its own frame first', async () => {
  const at = (name: string) => join(fleet.rig.dir, name);
  const size = { frames: 3, widthPx: 128, heightPx: 96 };
  await writeTwoCameras(at('two.mcap'), { front: size, rear: size });
  const drives = await fleet.writeDrives('two.yaml', {
    drives: [{ path: 'two.mcap#front' }, { path: 'two.mcap#rear' }],
  });
  const codes = at('two-codes');
  const coded = await windshield(['fleet', 'codes', drives, '-o', codes, '--json']).finished;
  expect(JSON.parse(coded.stdout)).toMatchObject({ drives: 2, frames: 2, failures: [] });
  const find = ['find', '--like', `${at('two.mcap')}#rear@0`, '--codes', codes, '--json'];
  const { stdout, stderr } = await windshield(find).finished;
  const found: SimilarFrame[] = JSON.parse(stdout || stderr);
  expect(found.map(({ drive }) => drive)).toEqual(['two#rear', 'two#front']);
  expect(found[0]).toMatchObject({ location: `${at('two.mcap')}#rear` });
  expect(found[0]!.distance).toBeLessThan(1e-3);
  expect(found[1]!.distance).toBeGreaterThan(1e-3);
});

test('an autoencoder that learnt from the drives, without labels, finds near-copies by its codes', async () => {
  const drives = await fleet.writeDrives('drives.yaml', { drives: [{ path: 'drives/*.mcap' }] });
  const at = (name: string) => join(fleet.rig.dir, name);
  const learn = ['fleet', 'autoencoder', drives, '-o', at('frames.onnx'), '--every', '0.05'];
  const learnt = await windshield([...learn, '--hold-out', '2', '--code', '16', '--steps', '4'])
    .finished;
  expect(learnt.code, learnt.stderr).toBe(0);
  // Of the two drives the second is held out.
  expect(learnt.stdout).toMatch(
    /frames\.onnx: learnt from 8 frames of 2 drives, held-out error 0\.\d{4}\n$/,
  );
  const kind = ['--kind', 'autoencoder', '--autoencoder', at('frames.onnx'), '--json'];
  const codes = ['fleet', 'codes', drives, '-o', at('learnt'), '--every', '0.05', ...kind];
  expect(JSON.parse((await windshield(codes).finished).stdout)).toMatchObject({ frames: 17 });
  const like = `${join(fleet.drivesDir, 'a.mcap')}@0.3`;
  const find = ['find', '--like', like, '--codes', at('learnt'), '--top', '2', ...kind];
  const found: SimilarFrame[] = JSON.parse((await windshield(find).finished).stdout);
  expect(found.map(({ drive }) => drive).sort()).toEqual(['a', 'b']);
  for (const { timeS } of found) expect(timeS).toBeCloseTo(0.3, 6);
});

test('a moment that the drive does not have, and codes that are not there, are said', async () => {
  const path = join(fleet.drivesDir, 'a.mcap');
  const find = (like: string, codes: string) =>
    windshield(['find', '--like', like, '--codes', codes]).finished;
  expect((await find(path, fleet.rig.dir)).stderr).toMatch(
    /expected --like drive\.mcap@01:12, found .* \(ERR_USAGE\)/,
  );
  expect((await find(`${path}@1`, fleet.drivesDir)).stderr).toMatch(
    /expected codes of cnn-1 segmentation \w+, as windshield fleet codes writes them, found none \(ERR_SOURCE_EMPTY\)/,
  );
});
