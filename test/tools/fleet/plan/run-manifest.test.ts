import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ReplayFacts, type Run, runKeyOf } from '../../../../tools/fleet/plan/run-key.js';
import { chooseRun, putManifest } from '../../../../tools/fleet/plan/run-manifest.js';
import { FolderStore } from '../../../../tools/fleet/store/folder-store.js';
import { tableFleet } from '../../../../tools/fleet/table/table-fleet.js';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'windshield-manifest-'));
});
afterAll(() => rm(dir, { recursive: true }));

const facts: ReplayFacts = {
  ...{ build: 'b', code: 'c', bundles: {}, calibration: 'none', mount: 'none', settings: '{}' },
};
const run: Run = { key: runKeyOf(facts), facts };
const unitsIn = async (results: FolderStore) =>
  Object.fromEntries((await chooseRun(results, undefined)).units);
const list = (units: Record<string, string>) =>
  Object.entries(units).map(([name, key]) => ({ name, key }));

test('of a drive that was replaced or cut otherwise the last list counts, of others every list', async () => {
  const results = new FolderStore(join(dir, 'results'));
  await putManifest(results, run, list({ other: 'k', 'a#front': 'f' }));
  for (const key of ['k1', 'k2', 'k3', 'k4', 'k1']) {
    await putManifest(results, run, list({ a: key, b: 'k' }));
    expect(await unitsIn(results)).toEqual({ other: 'k', 'a#front': 'f', a: key, b: 'k' });
  }
  await putManifest(results, run, list({ 'a#0': 'k5', 'a#1': 'k6' }));
  const cut = { other: 'k', 'a#front': 'f', b: 'k', 'a#0': 'k5', 'a#1': 'k6' };
  expect(await unitsIn(results)).toEqual(cut);
  await putManifest(results, run, list({ a: 'k1' }));
  expect(await unitsIn(results)).toEqual({ other: 'k', 'a#front': 'f', b: 'k', a: 'k1' });
});

test('tables of other results of a drive are refused: its rows would count twice', async () => {
  const [results, tables] = [new FolderStore(join(dir, 'run')), new FolderStore(join(dir, 't'))];
  await putManifest(results, run, list({ 'day/a': 'k1', b: 'k2' }));
  await tables.put('drives/drive=other/k9.parquet', new Uint8Array(1));
  await tables.put('drives/drive=day%2Fa/k1.parquet', new Uint8Array(1));
  expect(await tableFleet(results, tables, undefined)).toMatchObject({ withoutResults: 2 });
  await tables.put('drives/drive=day%2Fa/k0.parquet', new Uint8Array(1));
  await expect(tableFleet(results, tables, undefined)).rejects.toMatchObject({
    code: 'ERR_OUTPUT',
    message: expect.stringMatching(
      /t: expected no tables of other results of day\/a, found drives\/drive=day%2Fa\/k0\.parquet/,
    ),
  });
});
