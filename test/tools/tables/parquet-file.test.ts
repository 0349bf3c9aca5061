import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ParquetFile } from '../../../tools/tables/parquet-file.js';
import type { Row, Table } from '../../../tools/tables/table-schema.js';

const table = {
  about: 'one of each type',
  columns: {
    name: { type: 'string', about: 'text' },
    is_good: { type: 'boolean', about: 'a flag' },
    count: { type: 'int32', about: 'a number' },
    stamp_ns: { type: 'int64', unit: 'ns', about: 'a long number' },
    angle_rad: { type: 'double', unit: 'rad', about: 'an angle', isNullable: true },
    note: { type: 'string', about: 'text or none', isNullable: true },
  },
} as const satisfies Table;

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'windshield-parquet-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

async function written(rows: readonly Row[], groupRows: number): Promise<string> {
  const path = join(dir, 'table.parquet');
  const file = ParquetFile.create(path, table, { groupRows, metadata: { maker: 'a test' } });
  for (const row of rows) await file.append(row);
  await file.close();
  return path;
}

const anyRow = fc.record({
  name: fc.string({ unit: 'binary' }),
  is_good: fc.boolean(),
  count: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  stamp_ns: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  angle_rad: fc.option(fc.double({ noNaN: true })),
  note: fc.option(fc.string({ unit: 'grapheme' })),
});

describe('a Parquet file', () => {
  test('gives back any rows, in groups of any size', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyRow, { minLength: 1, maxLength: 40 }),
        fc.integer({ min: 1, max: 50 }),
        async (rows, groupRows) => {
          const file = await asyncBufferFromFile(await written(rows, groupRows));
          expect(await parquetReadObjects({ file })).toEqual(rows.map((row) => ({ ...row })));
          const { row_groups: groups } = await parquetMetadataAsync(file);
          expect(groups).toHaveLength(Math.ceil(rows.length / groupRows));
        },
      ),
      { numRuns: 60 },
    );
  });

  test('without rows has its columns all the same', async () => {
    const metadata = await parquetMetadataAsync(await asyncBufferFromFile(await written([], 10)));
    expect(metadata.num_rows).toBe(0n);
    expect(metadata.schema.slice(1).map(({ name }) => name)).toEqual(Object.keys(table.columns));
  });

  test('says the units of its columns, which may be missing, and what was said of the file', async () => {
    const file = await asyncBufferFromFile(await written([], 10));
    const { key_value_metadata: facts, schema } = await parquetMetadataAsync(file);
    expect(Object.fromEntries(facts!.map(({ key, value }) => [key, value]))).toEqual({
      maker: 'a test',
      'unit:stamp_ns': 'ns',
      'unit:angle_rad': 'rad',
    });
    expect(schema.find(({ name }) => name === 'note')?.repetition_type).toBe('OPTIONAL');
    expect(schema.find(({ name }) => name === 'name')?.repetition_type).toBe('REQUIRED');
  });

  test('that is given up leaves nothing behind', async () => {
    const path = join(dir, 'given-up.parquet');
    const file = ParquetFile.create(path, table, { groupRows: 1 });
    await file.append({ name: 'a', is_good: true, count: 1, stamp_ns: 1n });
    file.abort();
    expect(existsSync(path)).toBe(false);
    expect((await readdir(dir)).filter((name) => name.startsWith('given-up'))).toEqual([]);
  });
});
