import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { create, toBinary } from '@bufbuild/protobuf';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PerceptionFrameSchema } from '../../../../src/messages/gen/windshield/v1/perception_pb.js';
import { RecordingWriter } from '../../../../src/recording/recording-writer.js';
import { runKeyOf } from '../../../../tools/fleet/plan/run-key.js';
import { putManifest } from '../../../../tools/fleet/plan/run-manifest.js';
import { unitFiles } from '../../../../tools/fleet/plan/unit.js';
import { FolderStore } from '../../../../tools/fleet/store/folder-store.js';
import { recordBytes } from '../../../../tools/fleet/work/unit-record.js';
import { codeAt, codeEvents, eventMaker } from '../../../../tools/similar/events/event-fleet.js';
import { skipGramDefaults } from '../../../../tools/similar/events/skip-gram.js';
import { findSimilar } from '../../../../tools/similar/find-similar.js';
import { openCodes } from '../../../../tools/similar/stored-codes.js';

const quick = { sentenceS: 60, learning: { ...skipGramDefaults, pairs: 30_000 } };

let dir: string;
let results: FolderStore;
let codes: FolderStore;

/** A drive of three minutes in a town or on a motorway, as its results say it. */
async function putDrive(name: string, isTown: boolean): Promise<[string, string]> {
  const path = join(dir, `${name}.mcap`);
  const writer = await RecordingWriter.create(path);
  for (let second = 0; second < 180; second++) {
    const atNs = BigInt(second) * 1_000_000_000n;
    const stampNs = 1_700_000_000_000_000_000n + atNs;
    const frame = create(PerceptionFrameSchema, {
      frameId: BigInt(second),
      sourceTimeNs: atNs,
      stages: [{ stage: 'detection' }],
      detections: Array.from({ length: isTown ? 1 : 4 }, () => ({ className: 'car' })).concat(
        isTown && second % 9 === 0 ? [{ className: 'pedestrian' }] : [],
      ),
      signs:
        second % 20 === 3
          ? [{ classId: 1, className: isTown ? 'stop' : 'no overtaking', trackId: second }]
          : [],
      segmentation: {
        classNames: ['building', 'fence'],
        classShares: isTown ? [0.5, 0.01] : [0.01, 0.2],
      },
      steering: { curvaturePerM: isTown && second % 30 < 5 ? 0.05 : 0 },
    });
    await writer.writeEncoded('perception', stampNs, toBinary(PerceptionFrameSchema, frame));
  }
  await writer.close();
  const key = `key-${name}`;
  await results.putFile(unitFiles(key).results, path);
  await results.put(
    unitFiles(key).whole,
    recordBytes({
      ...{ format: 1, key, run, name, drive: name, piece: null, span: null, truth: null },
      identity: { sizeBytes: 1, edgesSha256: '0'.repeat(64) },
      frames: { published: 180, dropped: {} },
      results: { sizeBytes: 1, sha256: '0'.repeat(64) },
    }),
  );
  return [name, key];
}

const facts = {
  ...{ build: 'b', code: 'c', bundles: {}, calibration: 'none', mount: 'none', settings: '{}' },
};
const run = runKeyOf(facts);

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'windshield-event-test-'));
  results = new FolderStore(join(dir, 'results'));
  codes = new FolderStore(join(dir, 'codes'));
  const units = [];
  for (const name of ['town-1', 'way-1', 'town-2', 'way-2'])
    units.push(await putDrive(name, name.startsWith('town')));
  await putManifest(
    results,
    { key: run, facts },
    units.map(([name, key]) => ({ name, key })),
  );
});
afterAll(() => rm(dir, { recursive: true, force: true }));

test('a minute is found again by what happens in it, in other drives of its kind', async () => {
  await expect(eventMaker(codes)).rejects.toThrow(/expected codes of events, .* found none/);
  const { units, sentences, words } = await codeEvents(results, codes, quick);
  expect({ units, sentences }).toEqual({ units: 4, sentences: 12 });
  expect(words.words).toContain('sign:no overtaking');
  const { drives } = await openCodes(codes, await eventMaker(codes));
  const found = await findSimilar(drives, await codeAt(codes, drives, 'town-2', 75), 6, 0);
  expect(found[0]).toMatchObject({ distance: 0 });
  expect(new Set(found.map(({ drive }) => drive))).toEqual(new Set(['town-1', 'town-2']));
  await expect(codeAt(codes, drives, 'nowhere', 1)).rejects.toThrow(
    /expected a drive of the codes by name/,
  );
  // Its last sentence is not that of a moment after its end.
  await expect(codeAt(codes, drives, 'town-2', 99_999)).rejects.toThrow(
    /expected a moment of town-2 that something was said of, found 99999 s/,
  );
  // The same drives give the same words, and the same files.
  const again = await codeEvents(results, codes, quick);
  expect(again.words).toEqual(words);
  expect((await openCodes(codes, await eventMaker(codes))).drives).toHaveLength(4);
});

test('results that are damaged are named, and the others have their codes', async () => {
  await results.put(unitFiles('key-way-2').results, new TextEncoder().encode('no results'));
  const { units, failures } = await codeEvents(results, new FolderStore(join(dir, 'rest')), quick);
  expect(units).toBe(3);
  expect(failures).toEqual([
    { name: 'way-2', reason: expect.stringMatching(/^expected an MCAP recording/) },
  ]);
});
