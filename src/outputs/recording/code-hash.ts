import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { builtEntry } from '../../frame/built-entry.js';

let known: Promise<string> | undefined;

/**
 * sha256 (hex) of the built code of `src`: two builds of one version may give different results. The place of the build
 * and source maps make no difference.
 */
export function codeSha256(): Promise<string> {
  known ??= hashBelow(fileURLToPath(builtEntry('../../', import.meta.url)));
  return known;
}

async function hashBelow(folder: string): Promise<string> {
  const names = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.js'));
  const hash = createHash('sha256');
  for (const name of names.sort()) {
    const text = await readFile(join(folder, name), 'utf8');
    hash.update(`${name}\n`).update(text.replace(/\n\/\/# sourceMappingURL=.*\n?$/, '\n'));
  }
  return hash.digest('hex');
}
