import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CsvFile } from '../../../tools/tables/csv-file.js';

const table = {
  about: 'a table',
  columns: {
    name: { type: 'string', about: 'text' },
    stamp_ns: { type: 'int64', about: 'a long number' },
    angle_rad: { type: 'double', about: 'an angle', isNullable: true },
  },
} as const;

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'windshield-csv-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

test('CSV gives back any rows, also those with quotes, commas and line breaks', async () => {
  const row = fc.record({
    name: fc.string({ minLength: 1, unit: fc.constantFrom('a', '"', ',', '\n', '\r', 'ü', ' ') }),
    stamp_ns: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    angle_rad: fc.option(fc.double({ noNaN: true, noDefaultInfinity: true }).map((one) => one + 0)),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(row, { maxLength: 20 }), async (rows) => {
      const path = join(dir, 'table.csv');
      const file = CsvFile.create(path, table);
      for (const one of rows) await file.append(one);
      await file.close();
      const options = { columns: true, record_delimiter: '\n' } as const;
      const read = parse(await readFile(path, 'utf8'), options) as Record<string, string>[];
      expect(
        read.map(({ name, stamp_ns, angle_rad }) => ({
          name,
          stamp_ns: BigInt(stamp_ns!),
          angle_rad: angle_rad === '' ? null : Number(angle_rad),
        })),
      ).toEqual(rows);
    }),
    { numRuns: 60 },
  );
});
