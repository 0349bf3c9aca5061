import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadPipelineFile } from '../../../src/pipeline/pipeline-file.js';
import { readDrivesFile } from '../../../tools/fleet/plan/drives-file.js';
import type { UnitQueue } from '../../../tools/fleet/queue/unit-queue.js';
import { type FleetOptions, planFleet, runFleet } from '../../../tools/fleet/run-fleet.js';
import { openStore } from '../../../tools/fleet/store/open-store.js';
import { makeTinyFleet, type TinyFleet } from '../../support/tiny-fleet.js';

let fleet: TinyFleet;
let options: FleetOptions;
beforeAll(async () => {
  fleet = await makeTinyFleet(['a']);
  options = {
    drives: readDrivesFile(
      await fleet.writeDrives('drives.yaml', { drives: [{ path: 'drives/a.mcap' }] }),
    ),
    config: await loadPipelineFile(fleet.rig.pipelinePath),
    results: await openStore(join(fleet.rig.dir, 'out')),
    store: {},
    workers: 1,
    tries: 1,
    retriesFailed: false,
    limits: { hangMs: 60_000 },
  };
});
afterAll(() => fleet.rig.remove());

test('the topic of the pipeline file chooses the pictures of a drive that names none', async () => {
  const planned = async (topic: string | undefined, own?: string) => {
    const [drive] = options.drives.drives;
    const drives = [{ ...drive!, ...(own !== undefined && { topic: own }) }];
    const { items } = await planFleet({
      ...options,
      drives: { ...options.drives, drives },
      config: { ...options.config, ...(topic !== undefined && { topic }) },
    });
    return items[0]!;
  };
  const [plain, front, rear] = [await planned(undefined), await planned('/f'), await planned('/r')];
  expect(new Set([plain.key, front.key, rear.key]).size).toBe(3);
  expect(rear).toMatchObject({ topic: '/r' });
  expect(await planned('/f', '/r')).toMatchObject({ topic: '/r', key: rear.key });
});

test('a queue that cannot be filled is closed, so that the process can end', async () => {
  const calls: string[] = [];
  const queue: UnitQueue = {
    leaseMs: 1000,
    fill: () => Promise.reject(new Error('the stream is full')),
    take: async () => undefined,
    deadLetter: async () => {},
    close: async () => void calls.push('closed'),
  };
  const running = runFleet({ ...options, openQueue: async () => queue });
  await expect(running).rejects.toThrow('the stream is full');
  expect(calls).toEqual(['closed']);
});
