import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { create } from '@bufbuild/protobuf';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PerceptionFrameSchema } from '../../../../src/messages/gen/windshield/v1/perception_pb.js';
import { lateralM } from '../../../../src/perception/steering/cross-check.js';
import { curvatureFromSteering } from '../../../../src/perception/steering/steering.js';
import { Database } from '../../../../tools/fleet/ask/duckdb.js';
import { openTables } from '../../../../tools/fleet/ask/open-tables.js';
import { type QuestionName, questions } from '../../../../tools/fleet/ask/questions.js';
import { FolderStore } from '../../../../tools/fleet/store/folder-store.js';
import { tableFile } from '../../../../tools/fleet/table/table-unit.js';
import type { TableName, TableRow } from '../../../../tools/tables/drive-tables.js';
import { rowsOfResult } from '../../../../tools/tables/rows-of-result.js';
import { writeDriveTables } from '../../../../tools/tables/write-drive-tables.js';
import { hasDuckDb } from '../../../support/duckdb.js';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'windshield-questions-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

const drive = 'night/7';
const [wheelbaseM, aheadM] = [2.5, 12];
/** A bend so tight that a circle and a parabola lead to places apart. */
const driverRad = 0.12;

const driverM = lateralM(curvatureFromSteering(driverRad, wheelbaseM), aheadM);

/** Two minutes, a frame a second; `second` says what is there. */
async function* rows(): AsyncGenerator<TableRow> {
  for (let second = 0; second < 120; second++) {
    const key = {
      ...{ drive, epoch: 0, frame_id: BigInt(second), stamp_ns: BigInt(second) * 1_000_000_000n },
      time_s: second,
    };
    // In the second minute ten seconds are novel, in 90 the steering leads out of the lane and away from the driver.
    const isNovel = second >= 100 && second < 110;
    const angleRad = second === 90 ? 0.02 : driverRad;
    const curvaturePerM = curvatureFromSteering(angleRad, wheelbaseM);
    const pathM = lateralM(curvaturePerM, aheadM);
    const awayM = pathM - driverM;
    const frame = create(PerceptionFrameSchema, {
      novelty: { value: isNovel ? 2 : 0.5, isNovel },
      steering: { angleRad, rawAngleRad: angleRad, curvaturePerM },
      // Where the class map did not answer there is no comparison.
      ...(second !== 3 && { steeringCheck: { aheadM, pathM, laneM: awayM, driverM: awayM } }),
    });
    yield* rowsOfResult(key, frame);
  }
}

async function ask(name: QuestionName): Promise<Record<string, unknown>[]> {
  const store = new FolderStore(join(dir, 'tables'));
  const database = await Database.open();
  try {
    await openTables(database, store, '', { isFar: false, dir: '' });
    const { columns, rows: found } = await database.ask(questions[name].sql);
    return found.map((row) => Object.fromEntries(columns.map((column, i) => [column, row[i]])));
  } finally {
    database.close();
  }
}

describe.skipIf(!hasDuckDb)('questions of what is strange', () => {
  beforeAll(async () => {
    const counts = await writeDriveTables(rows(), join(dir, 'flat'), 'parquet');
    const store = new FolderStore(join(dir, 'tables'));
    for (const table of Object.keys(counts) as TableName[])
      await store.putFile(
        tableFile(table, { drive, key: 'unit' }),
        join(dir, 'flat', `${table}.parquet`),
      );
  });

  test('novel minutes are those in which novel_scene was said', async () => {
    expect(await ask('novel-minutes')).toEqual([
      { drive, minute: 1, most: 2, mean: 0.75, novel_frames: 10n, frames: 60n },
    ]);
  });

  test('steering off the road is told second by second, farthest first, against lane and driver', async () => {
    const [first, ...others] = await ask('steering-off-the-road');
    expect(first).toMatchObject({ drive, second: 90, off_free_space_m: null });
    const awayM = driverM - lateralM(curvatureFromSteering(0.02, wheelbaseM), aheadM);
    expect(first!['off_lane_m']).toBeCloseTo(awayM, 1);
    expect(first!['off_driver_m']).toBeCloseTo(awayM, 1);
    for (const row of others) expect(row).toMatchObject({ off_lane_m: 0, off_driver_m: 0 });
    expect(others.map((row) => row['second'])).not.toContain(3);
    expect(others).toHaveLength(19);
  });
});
