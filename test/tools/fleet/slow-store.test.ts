import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { S3Store } from '../../../tools/fleet/store/s3-store.js';
import { fetchDrive } from '../../../tools/fleet/work/fetch-drive.js';
import { tryUnit } from '../../../tools/fleet/work/unit-child.js';
import { type S3Server, startS3 } from '../../support/s3-server.js';

let dir: string;
let server: S3Server;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'windshield-slow-'));
  server = await startS3(join(dir, 's3'), ['fleet']);
  Object.assign(process.env, server.env);
  const bucket = S3Store.open('s3://fleet', { endpoint: server.endpoint });
  await bucket.put('junk.mcap', new Uint8Array(100_000));
  await bucket.close();
});
afterAll(async () => {
  await server.close();
  await rm(dir, { recursive: true });
});

const unit = {
  ...{ name: 'junk', drive: 'junk', location: 's3://fleet/junk.mcap', topic: undefined },
  ...{ camera: undefined, piece: undefined, seconds: undefined, key: 'k' },
  identity: { sizeBytes: 1, edgesSha256: '' },
};

test('bytes of a drive are noticed as they arrive, not when all are there', async () => {
  // The rest of the drive comes only once its beginning was noticed.
  let noticed = () => {};
  const begun = new Promise<void>((resolve) => {
    noticed = resolve;
  });
  server.faultOf = (asked) => (asked.startsWith('GET') ? { after: begun } : undefined);
  const work = join(dir, 'noticed');
  await mkdir(work);
  const options = { endpoint: server.endpoint, onBytes: () => noticed() };
  await expect(fetchDrive(unit, work, options)).resolves.toEqual({
    path: join(work, 'junk.mcap'),
    frameIds: undefined,
  });
});

test('results that leave are noticed in every store', async () => {
  server.faultOf = () => undefined;
  const file = join(dir, 'results');
  await writeFile(file, new Uint8Array(300_000));
  let chunks = 0;
  const options = { endpoint: server.endpoint, onBytes: () => void chunks++ };
  const bucket = S3Store.open('s3://fleet', options);
  await bucket.putFile('results', file);
  await bucket.close();
  expect(chunks).toBeGreaterThan(1);
});

/** Tries the unit without a pipeline, which is missed once the drive is there. */
async function tried(hangMs: number) {
  const work = await mkdtemp(join(dir, 'work-'));
  const config = {} as Parameters<typeof tryUnit>[0]['config'];
  const store = { endpoint: server.endpoint };
  const request = { unit, run: 'r', config, out: join(dir, 'out'), store, dir: work };
  return tryUnit(request, { hangMs });
}

test('a drive that comes slowly does not hang; one that stands still does, and that is said', async () => {
  const hangMs = 6000;
  server.faultOf = () => ({ slowlyMs: hangMs * 1.25 });
  expect(await tried(hangMs)).toMatchObject({ kind: 'crash' });
  server.faultOf = () => 'silence';
  expect(await tried(1000)).toEqual({ kind: 'hang', reason: 'no byte of the drive for 1 s' });
});
