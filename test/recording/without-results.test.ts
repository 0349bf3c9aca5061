import { mkdtemp, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { RecordingWriter } from '../../src/recording/recording-writer.js';
import { readLineage } from '../../tools/latency/read-lineage.js';
import { readDriveRows } from '../../tools/tables/read-drive-rows.js';
import { ResultsFile } from '../../tools/verdict/open-results.js';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'windshield-without-'));
});
afterAll(() => rm(dir, { recursive: true }));

const readers: [string, (path: string) => Promise<unknown>][] = [
  ['latency', readLineage],
  ['diff', ResultsFile.open],
  ['export-drive', (path) => readDriveRows(path).next()],
];

test.each(readers)(
  '%s says of a file whose results were cut off that it is cut',
  async (_, read) => {
    const path = join(dir, 'cut.mcap');
    const writer = await RecordingWriter.create(path);
    await writer.addMetadata('windshield.result', { source: 'drive.mcap' });
    await writer.writeEncoded('perception', 1n, new Uint8Array(1000));
    await writer.close();
    // Behind the metadata, within the chunk.
    await truncate(path, 200);
    await expect(read(path)).rejects.toMatchObject({
      code: 'ERR_RECORDING',
      message: expect.stringMatching(
        /found topics none; the file was cut off: \d+ bytes at its end cannot be used$/,
      ),
    });
  },
);

test.each(readers)('%s says of a whole file that its run published nothing', async (_, read) => {
  const path = join(dir, 'nothing.mcap');
  const writer = await RecordingWriter.create(path);
  await writer.addMetadata('windshield.result', { source: 'drive.mcap' });
  await writer.close();
  await expect(read(path)).rejects.toMatchObject({
    message: expect.stringMatching(/found a run that published nothing$/),
  });
});
