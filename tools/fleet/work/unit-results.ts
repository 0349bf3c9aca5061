import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ResultsFile } from '../../verdict/open-results.js';
import { unitFiles } from '../plan/unit.js';
import type { Store } from '../store/store.js';

/** Reads the results of a unit; a copy from a remote store is removed afterwards. Rejects as ResultsFile.open does. */
export async function withResultsOf<T>(
  key: string,
  results: Store,
  read: (file: ResultsFile) => Promise<T>,
): Promise<T> {
  const dir = await mkdtemp(join(tmpdir(), 'windshield-results-'));
  try {
    const file = await ResultsFile.open(await results.local(unitFiles(key).results, dir));
    try {
      return await read(file);
    } finally {
      await file.close();
    }
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}
