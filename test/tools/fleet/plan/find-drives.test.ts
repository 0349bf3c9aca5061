import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readDrivesFile } from '../../../../tools/fleet/plan/drives-file.js';
import { findDrives } from '../../../../tools/fleet/plan/find-drives.js';
import { makeTinyFleet, type TinyFleet } from '../../../support/tiny-fleet.js';

let fleet: TinyFleet;
beforeAll(async () => {
  fleet = await makeTinyFleet(['a', 'b']);
});
afterAll(() => fleet.rig.remove());

const found = async (file: object) => {
  const { drives } = readDrivesFile(await fleet.writeDrives('drives.yaml', file));
  return findDrives(drives);
};

test('a pattern gives every drive that fits it, named by what it leaves open', async () => {
  expect(await found({ drives: [{ path: '**/?.mcap' }] })).toMatchObject([
    { name: 'drives/a', location: join(fleet.drivesDir, 'a.mcap') },
    { name: 'drives/b', location: join(fleet.drivesDir, 'b.mcap') },
  ]);
});

test('two drives of one name, a pattern that fits nothing and an unknown key are refused', async () => {
  const refused = (file: object, message: RegExp) =>
    expect(found(file)).rejects.toMatchObject({
      code: 'ERR_CONFIG',
      message: expect.stringMatching(message),
    });
  await refused(
    { drives: [{ path: 'drives/a.mcap' }, { path: 'other/a.mcap' }] },
    /expected a name for each drive, found "a" for .*drives\/a\.mcap and for .*other\/a\.mcap/,
  );
  await refused(
    { drives: [{ path: 'nowhere/*.mcap' }] },
    /expected drives that fit .*nowhere\/\*\.mcap, found none$/,
  );
  await refused(
    { drives: [{ path: 'drives/a.mcap' }], piceSeconds: 3 },
    /unknown key "piceSeconds"; did you mean "pieceSeconds"/,
  );
});
