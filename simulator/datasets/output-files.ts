import { mkdir, rename, writeFile } from 'node:fs/promises';
import { PerceptionError } from '../../src/frame/perception-error.js';

/** Rejects with ERR_OUTPUT. */
export async function makeFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true }).catch((cause: unknown) => {
    throw new PerceptionError('ERR_OUTPUT', `cannot make the folder ${path}: ${cause}`, { cause });
  });
}

/** Writes a file under its name when all of it is there, so that a broken run leaves none in part. Rejects with ERR_OUTPUT. */
export async function writeWhole(path: string, content: string | Uint8Array): Promise<void> {
  try {
    await writeFile(`${path}.partial`, content);
    await rename(`${path}.partial`, path);
  } catch (cause) {
    throw new PerceptionError('ERR_OUTPUT', `cannot write ${path}: ${cause}`, { cause });
  }
}
