import { existsSync, openSync, renameSync, rmSync } from 'node:fs';
import { PerceptionError } from '../frame/perception-error.js';
import { closeQuietly, isAbandonedFolder, partialSuffix } from './claim-partial.js';
import { makeFolder } from './make-folder.js';
import { forget, removeAtExit } from './open-partials.js';
import { outputError } from './output-error.js';
import { checkNothingAt } from './write-folder.js';

/**
 * Makes a complete folder or none: `fill` writes into a folder next to it, which then gets the name. For contents that do
 * not fit into memory at once; `writeFolder` is simpler for those that do.
 * @throws ERR_OUTPUT if something is there already, if another process is writing it, or if the disk fails; or the error
 * of `fill`. Nothing is left behind then.
 */
export async function newFolder<T>(folder: string, fill: (dir: string) => Promise<T>): Promise<T> {
  const path = folder.replace(/(?<=.)\/+$/, '');
  const partial = `${path}${partialSuffix}`;
  checkNothingAt(path);
  if (isAbandonedFolder(partial)) rmSync(partial, { recursive: true });
  if (existsSync(partial))
    throw new PerceptionError(
      'ERR_OUTPUT',
      `cannot write ${folder}: expected to be the only one that writes it, found ${partial}; choose another name, or remove that folder if nobody writes it`,
    );
  makeFolder(partial);
  removeAtExit(partial);
  // Held open, so that others see that it is being written.
  const fd = openSync(partial, 'r');
  try {
    const result = await fill(partial);
    try {
      renameSync(partial, path);
    } catch (cause) {
      throw outputError(folder, cause);
    }
    return result;
  } catch (error) {
    rmSync(partial, { recursive: true, force: true });
    throw error;
  } finally {
    forget(partial);
    closeQuietly(fd);
  }
}
