import { fileURLToPath } from 'node:url';
import { builtEntry } from '../../src/frame/built-entry.js';

/** Path of the built JavaScript of a file in this folder, also when a test runner runs the TypeScript itself. */
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
