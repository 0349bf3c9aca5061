import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readDriveRows } from '../../tools/tables/read-drive-rows.js';
import { writeDriveTables } from '../../tools/tables/write-drive-tables.js';
import { start } from '../support/command-line.js';

const python = '/usr/bin/python3';
const runs = (program: string, ...args: string[]) => spawnSync(program, args).status === 0;
const needs = 'nbconvert, ipykernel, pandas and matplotlib of Debian';
const hasJupyter =
  runs(python, '-c', 'import nbconvert, ipykernel, pandas, matplotlib') &&
  runs('jupyter', 'nbconvert', '--version');
const readsParquet =
  runs(python, '-c', 'import pyarrow') || runs(python, '-c', 'import fastparquet');

interface Notebook {
  cells: { outputs?: { output_type: string; text?: string[]; data?: Record<string, unknown> }[] }[];
}

test.skipIf(!hasJupyter)(
  `the notebook reads a drive's tables and draws steering, tracks and latency (needs ${needs})`,
  async () => {
    const dir = await mkdtemp(join(tmpdir(), 'windshield-notebook-'));
    try {
      for (const format of ['parquet', 'csv'] as const) {
        const options = { drivePath: 'recordings/sample-drive.mcap', driveName: 'sample' };
        const rows = readDriveRows('recordings/sample-reference.mcap', options);
        await writeDriveTables(rows, join(dir, 'tables'), format);
      }
      const out = join(dir, 'executed.ipynb');
      const convert = ['nbconvert', '--to', 'notebook', '--execute', '--output', out];
      const env = {
        WINDSHIELD_TABLES: join(dir, 'tables'),
        // Nothing of it in the home of whoever runs this.
        ...{ IPYTHONDIR: dir, MPLCONFIGDIR: dir, JUPYTER_CONFIG_DIR: dir, JUPYTER_DATA_DIR: dir },
      };
      const { code, stderr } = await start(
        'jupyter',
        [...convert, 'examples/notebook/drive.ipynb'],
        env,
      ).finished;
      expect(code, stderr).toBe(0);
      const { cells }: Notebook = JSON.parse(await readFile(out, 'utf8'));
      const outputs = cells.flatMap((cell) => cell.outputs ?? []);
      const text = outputs.flatMap(({ text: lines }) => lines ?? []).join('');
      expect(text).toContain('sample: 250 frames in 12.4 s, 0 dropped');
      expect(text).toMatch(/mean error 0\.20 degrees over 250 frames/);
      expect(text.includes('the CSV is read instead')).toBe(!readsParquet);
      expect(outputs.filter(({ data }) => data?.['image/png'] !== undefined)).toHaveLength(3);
      const tables = outputs.flatMap(({ data }) => (data?.['text/plain'] as string[]) ?? []);
      expect(tables.join('')).toMatch(/segmentation +\d+\.\d/);
    } finally {
      await rm(dir, { recursive: true, force: true });
    }
  },
);

test('the notebook is committed as it is written, without what a run left in it', async () => {
  const { cells } = JSON.parse(await readFile('examples/notebook/drive.ipynb', 'utf8'));
  const code = cells.filter(({ cell_type }: { cell_type: string }) => cell_type === 'code');
  expect(code.length).toBeGreaterThan(3);
  for (const { outputs, execution_count } of code)
    expect({ outputs, execution_count }).toEqual({ outputs: [], execution_count: null });
});
