import { existsSync, mkdirSync, openSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { PerceptionError } from '../frame/perception-error.js';
import { closeQuietly, isAbandonedFolder, partialSuffix } from './claim-partial.js';
import { forget, removeAtExit } from './open-partials.js';
import { outputError } from './output-error.js';
import { writeWhole } from './write-whole.js';

/** Suffix of a folder while another one replaces it. */
const replacedSuffix = '.replaced';

/**
 * Writes a complete folder of files or none: all of them next to it first, then one rename. Readers see the old folder or
 * the new one, never half of each.
 * @param replace whether an existing folder is replaced; it is removed only when the new one has its name.
 * @throws ERR_OUTPUT if something is there that may not be replaced, if another process is writing it, or if the disk
 * fails; what was there stays then.
 */
export function writeFolder(
  folder: string,
  files: Readonly<Record<string, string | Uint8Array>>,
  { replace }: { replace: boolean },
): void {
  const path = folder.replace(/(?<=.)\/+$/, '');
  const partial = `${path}${partialSuffix}`;
  const replaced = `${path}${replacedSuffix}`;
  let fd: number | undefined;
  try {
    // A process that was killed between the two renames left the old folder aside.
    if (!existsSync(path) && existsSync(replaced)) renameSync(replaced, path);
    if (!replace) checkNothingAt(path);
    mkdirSync(dirname(path), { recursive: true });
    if (isAbandonedFolder(partial)) rmSync(partial, { recursive: true });
    mkdirSync(partial);
    removeAtExit(partial);
    // Held open, so that others see that it is being written.
    fd = openSync(partial, 'r');
    for (const [name, content] of Object.entries(files)) writeWhole(join(partial, name), content);
    if (existsSync(path)) {
      rmSync(replaced, { recursive: true, force: true });
      renameSync(path, replaced);
      try {
        renameSync(partial, path);
      } catch (error) {
        renameSync(replaced, path);
        throw error;
      }
      rmSync(replaced, { recursive: true, force: true });
    } else renameSync(partial, path);
  } catch (cause) {
    if (fd !== undefined) rmSync(partial, { recursive: true, force: true });
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST')
      throw new PerceptionError(
        'ERR_OUTPUT',
        `cannot write ${folder}: expected to be the only one that writes it, found ${partial}; choose another name, or remove that folder if nobody writes it`,
        { cause },
      );
    throw outputError(folder, cause);
  } finally {
    forget(partial);
    if (fd !== undefined) closeQuietly(fd);
  }
}

/** Throws ERR_OUTPUT if something exists in the place of a new folder. */
export function checkNothingAt(path: string): void {
  if (!existsSync(path)) return;
  const found = statSync(path).isDirectory() ? 'a folder' : 'a file';
  throw new PerceptionError(
    'ERR_OUTPUT',
    `expected no file or folder yet, found ${found}: ${path}`,
  );
}
