// What the builders ask of a folder: its files, and whether they are the ones that were built.
import { createHash } from 'node:crypto';
import { readdirSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

export const rootDir = join(dirname(fileURLToPath(import.meta.url)), '..');

/** Paths of all files below a folder whose names pass, sorted. */
export function filesBelow(dir, isWanted = () => true) {
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && isWanted(entry.name))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort();
}

/** Names, sizes and modification times of files as one hash. */
export function fingerprintOf(paths) {
  const hash = createHash('sha1');
  for (const path of paths) {
    const { size, mtimeMs } = statSync(path);
    hash.update(`${relative(rootDir, path)}:${size}:${mtimeMs}\n`);
  }
  return hash.digest('hex');
}
