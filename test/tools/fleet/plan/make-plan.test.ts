import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
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

test('a folder of pictures that changed, below its top too, is another drive', async () => {
  const location = join(dir, 'drive');
  const pictures = join(location, 'image_02', 'data');
  await mkdir(pictures, { recursive: true });
  await writeFile(join(pictures, '000000.png'), 'first');
  const results = await openStore(join(dir, 'results'));
  const plan = async () => {
    const { units } = await makePlan(
      { drives: [{ path: location }], runUpSeconds: 10 },
      'run',
      results,
    );
    return units.map(({ key }) => key);
  };
  const before = await plan();
  expect(await plan()).toEqual(before);
  await writeFile(join(pictures, '000000.png'), 'another one');
  expect(await plan()).not.toEqual(before);
});
