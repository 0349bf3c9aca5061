import { cp, mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { questions } from '../../tools/fleet/ask/questions.js';
import { windshield } from '../support/command-line.js';
import { hasDuckDb } from '../support/duckdb.js';
import { type S3Server, startS3 } from '../support/s3-server.js';
import { makeTinyFleet, type TinyFleet } from '../support/tiny-fleet.js';

let fleet: TinyFleet;
let tables: string;
beforeAll(async () => {
  fleet = await makeTinyFleet(['a', 'night-b'], 30);
  const drives = await fleet.writeDrives('drives.yaml', {
    drives: [{ path: 'drives/a.mcap', name: 'day/a' }, { path: 'drives/night-b.mcap' }],
    pieceSeconds: 1,
    runUpSeconds: 0.5,
  });
  const out = join(fleet.rig.dir, 'out');
  tables = join(fleet.rig.dir, 'tables');
  expect((await windshield(fleet.runArgs(drives, out)).finished).code).toBe(0);
  expect((await windshield(['fleet', 'table', out, '-o', tables]).finished).code).toBe(0);
});
afterAll(() => fleet.rig.remove());

const ask = (...args: string[]) => windshield(['ask', ...args]).finished;
const asked = async (sql: string) => {
  const { stdout, stderr } = await ask(sql, '--tables', tables, '--format', 'json');
  return stderr === '' ? JSON.parse(stdout) : stderr;
};

test('tables lie in a folder each, in it one a drive; what is there is not written again', async () => {
  expect(await readdir(join(tables, 'frames'))).toEqual(['drive=day%2Fa', 'drive=night-b']);
  const out = join(fleet.rig.dir, 'out');
  const again = await windshield(['fleet', 'table', out, '-o', tables, '--json']).finished;
  expect(JSON.parse(again.stdout)).toMatchObject({ units: 4, before: 4, rows: {} });
});

test('results that are damaged are named, and the others have their tables', async () => {
  const damaged = join(fleet.rig.dir, 'damaged');
  await cp(join(fleet.rig.dir, 'out'), damaged, { recursive: true });
  const [unit] = await readdir(join(damaged, 'units'));
  await writeFile(join(damaged, 'units', unit!, 'results.mcap'), 'no results');
  const others = join(fleet.rig.dir, 'others');
  const { code, stdout } = await windshield(['fleet', 'table', damaged, '-o', others]).finished;
  expect(stdout).toMatch(
    /4 units \(0 before, 0 without results\), \d+ rows\nfailed +\S+#\d: expected an MCAP recording, found other bytes/,
  );
  expect(code).toBe(1);
  const written = await readdir(join(others, 'drives'), { recursive: true });
  expect(written.filter((name) => name.endsWith('.parquet'))).toHaveLength(3);
});

test.skipIf(!hasDuckDb)('without a question that can be answered, one line says so', async () => {
  expect((await ask('unshure', '--tables', tables)).stderr).toMatch(
    /expected a name of --list or SQL, found "unshure"; did you mean "unsure"\? \(ERR_USAGE\)/,
  );
  expect(await asked('select nothing from frames')).toMatch(
    /the question cannot be answered: .*nothing.* \(ERR_USAGE\)/,
  );
  expect(await asked("select * from read_csv('/etc/hostname')")).toMatch(
    /cannot be answered: .*\(ERR_USAGE\)/,
  );
  const empty = await ask('drives', '--tables', join(fleet.rig.dir, 'models'));
  expect(empty.stderr).toMatch(
    /expected tables, as windshield fleet table writes them, found none \(ERR_SOURCE_EMPTY\)/,
  );
  expect(empty.code).toBe(2);
});

describe.skipIf(!hasDuckDb)('windshield ask', () => {
  test('answers in SQL over all drives, exactly', async () => {
    expect(
      await asked('select drive, count(*) as n from frames group by drive order by drive'),
    ).toEqual([
      { drive: 'day/a', n: 30 },
      { drive: 'night-b', n: 31 },
    ]);
    // A piece's frames are those of its drive, its tracks have a number of their own.
    expect(
      await asked(
        'select min(frame_id) as first, max(frame_id) as last, count(distinct epoch) as pieces from frames',
      ),
    ).toEqual([{ first: 0, last: 30, pieces: 2 }]);
    const [{ stamp }] = await asked('select min(stamp_ns) as stamp from frames');
    expect(stamp).toBe('1700000000000000000');
    expect(await asked("select count(*) as n from latency where stage = 'frame'")).toEqual([
      { n: 61 },
    ]);
    expect(await asked('select count(*) as n from truth_objects')).toEqual([{ n: 0 }]);
  });

  test('prints a table, CSV, or JSON, and names its questions', async () => {
    const csv = await ask('drives', '--tables', tables, '--format', 'csv');
    expect(csv.stdout.split('\n')).toEqual([
      'drive,seconds,frames,with_truth,width_px',
      expect.stringMatching(/^night-b,\d\.\d,31,0,128$/),
      expect.stringMatching(/^day\/a,\d\.\d,30,0,128$/),
      '',
    ]);
    expect((await ask('drives', '--tables', tables)).stdout).toMatch(/^night-b +[\d.]+ +31( |$)/m);
    const list = await ask('--list');
    for (const name of Object.keys(questions)) expect(list.stdout).toContain(name);
  });

  test('every question that comes with it can be asked of any fleet', async () => {
    const { Database } = await import('../../tools/fleet/ask/duckdb.js');
    const { openTables } = await import('../../tools/fleet/ask/open-tables.js');
    const { FolderStore } = await import('../../tools/fleet/store/folder-store.js');
    const database = await Database.open();
    const store = new FolderStore(tables);
    await openTables(database, store, '', { isFar: false, dir: '' });
    for (const [name, { sql }] of Object.entries(questions)) {
      const { columns } = await database.ask(sql);
      expect(columns.length, name).toBeGreaterThan(1);
    }
    database.close();
  });

  test('reads tables in linked folders', async () => {
    const linked = join(fleet.rig.dir, 'linked');
    await mkdir(join(linked, 'frames'), { recursive: true });
    await symlink(join(tables, 'drives'), join(linked, 'drives'));
    await symlink(join(tables, 'frames', 'drive=night-b'), join(linked, 'frames', 'drive=night-b'));
    const sql = 'select drive, count(*) as n from frames join drives using (drive) group by drive';
    const { stdout, stderr } = await ask(sql, '--tables', linked, '--format', 'csv');
    // Two pieces, each with a row in `drives`.
    expect(stdout || stderr).toBe('drive,n\nnight-b,62\n');
  });

  test('reads a bucket as it reads a folder, the tables that are named and no others', async () => {
    const server: S3Server = await startS3(join(fleet.rig.dir, 's3'), ['fleet']);
    const far = ['--endpoint', server.endpoint];
    const out = join(fleet.rig.dir, 'out');
    await windshield(['fleet', 'table', out, '-o', 's3://fleet/tables', ...far], server.env)
      .finished;
    server.requests.length = 0;
    const sql =
      'select drive, sum(duration_s) as seconds from drives group by drive order by drive';
    const args = ['ask', sql, '--tables', 's3://fleet/tables', '--format', 'csv', ...far];
    const { stdout } = await windshield(args, server.env).finished;
    expect(stdout).toBe((await ask(sql, '--tables', tables, '--format', 'csv')).stdout);
    expect(server.requests.filter((asked) => /GET .*parquet/.test(asked))).toHaveLength(4);
    await server.close();
  });
});
