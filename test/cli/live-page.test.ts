import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { drivesAt } from '../../cli/live-page.js';

test('after a run the page has the drive to step through, one camera of several too', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'windshield-live-page-'));
  const path = join(dir, 'drive.mcap');
  await writeFile(path, 'a drive');
  expect(await drivesAt(path)).toEqual([{ name: 'drive.mcap', path, sizeBytes: 7 }]);
  expect(await drivesAt(`${path}#front`)).toEqual([
    { name: 'drive.mcap#front', path, sizeBytes: 7 },
  ]);
  expect(await drivesAt('camera:0')).toEqual([]);
  await rm(dir, { recursive: true });
});
