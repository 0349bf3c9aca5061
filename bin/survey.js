// Helpers for the builders: a folder's files, and whether they have changed since they were built.
import { createHash } from 'node:crypto';
import { readdirSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

export const rootDir = join(dirname(fileURLToPath(import.meta.url)), '..');

/** Sorted paths of all files below a folder whose names `isWanted` accepts. */
export function filesBelow(dir, isWanted = () => true) {
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && isWanted(entry.name))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort();
}

/** Hash of the names, sizes and modification times of files. */
export function fingerprintOf(paths) {
  const hash = createHash('sha1');
  for (const path of paths) {
    const { size, mtimeMs } = statSync(path);
    hash.update(`${relative(rootDir, path)}:${size}:${mtimeMs}\n`);
  }
  return hash.digest('hex');
}
