import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { KillTarget } from './kill-targets.js';

/** SHA-256 of each file of an output, file or folder, in `place`, by name. */
export async function contentOf(place: string, out: string): Promise<Map<string, string>> {
  const entries = await readdir(place, { recursive: true, withFileTypes: true });
  const names = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(place, join(entry.parentPath ?? entry.path, entry.name)))
    .filter((name) => name === out || name.startsWith(`${out}/`));
  const content = new Map<string, string>();
  for (const name of names.sort()) {
    const bytes = await readFile(join(place, name));
    content.set(name, createHash('sha256').update(bytes).digest('hex'));
  }
  return content;
}

/**
 * Calls `fail` for each file that is neither the old one nor complete, and for each old one that is gone. Resolves
 * with whether the old output is unchanged.
 */
export async function whatIsWrong(
  { out, checkFile, checkAll }: KillTarget,
  place: string,
  old: ReadonlyMap<string, string>,
  fail: (reason: string) => void,
): Promise<boolean> {
  const now = await contentOf(place, out);
  const isOld = (name: string) => now.get(name) === old.get(name);
  // Between its two renames a folder has another name for a moment; the next run puts it back.
  const aside = await contentOf(place, `${out}.replaced`);
  const isAside = [...old].every(
    ([name, hash]) => aside.get(name.replace(out, `${out}.replaced`)) === hash,
  );
  if (now.size === 0 && isAside) return true;
  const gone = [...old.keys()].filter((name) => !now.has(name));
  if (gone.length > 0) fail(`gone: ${gone.join(', ')}`);
  const changed = [...now.keys()].filter((name) => !isOld(name));
  for (const name of changed.filter((each) => !each.includes('.partial')))
    await checkFile?.(join(place, name)).catch((error: unknown) =>
      fail(`${name} is neither the old one nor whole: ${error}`),
    );
  if (changed.length > 0)
    await checkAll?.(join(place, out)).catch((error: unknown) => fail(`not whole: ${error}`));
  return changed.length === 0;
}
