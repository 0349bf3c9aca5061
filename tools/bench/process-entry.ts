import { fileURLToPath } from 'node:url';
import { builtEntry } from '../../src/frame/built-entry.js';

/** A file of this room as the path of what Node runs: built, also where a test runner has the TypeScript itself. */
export function processEntry(name: string): string {
  return fileURLToPath(entryUrl(name));
}

/** As processEntry, for worker threads. */
export function entryUrl(name: string): URL {
  return builtEntry(`./${name}`, import.meta.url);
}

/** The root of the repository, from source or from dist/. */
export const repoDir = fileURLToPath(
  new URL(import.meta.url.includes('/dist/tools/') ? '../../..' : '../..', import.meta.url),
);
