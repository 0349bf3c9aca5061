import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makePlan } from '../../../../tools/fleet/plan/make-plan.js';
import { openStore } from '../../../../tools/fleet/store/open-store.js';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'windshield-plan-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

const keysOf = async (location: string) => {
  const results = await openStore(join(dir, 'results'));
  const drives = [{ path: location }];
  const { units, unreadable } = await makePlan({ drives, runUpSeconds: 10 }, 'run', results);
  expect(unreadable).toEqual([]);
  return units.map(({ key }) => key);
};

test('pictures of a linked folder count, and a link that leads nowhere is no fault of the drive', async () => {
  const [location, elsewhere] = [join(dir, 'linked'), join(dir, 'elsewhere')];
  await mkdir(location);
  await mkdir(elsewhere);
  await writeFile(join(elsewhere, '000000.png'), 'first');
  await symlink(elsewhere, join(location, 'image_02'));
  await symlink('nobody@host.1', join(location, '.#notes'));
  const before = await keysOf(location);
  await writeFile(join(elsewhere, '000000.png'), 'another one');
  expect(await keysOf(location)).not.toEqual(before);
});

test('a folder of pictures that changed, below its top too, is another drive', async () => {
  const location = join(dir, 'drive');
  const pictures = join(location, 'image_02', 'data');
  await mkdir(pictures, { recursive: true });
  await writeFile(join(pictures, '000000.png'), 'first');
  const before = await keysOf(location);
  expect(await keysOf(location)).toEqual(before);
  await writeFile(join(pictures, '000000.png'), 'another one');
  expect(await keysOf(location)).not.toEqual(before);
});
