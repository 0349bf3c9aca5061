import { type FileHandle, open, unlink } from 'node:fs/promises';
import { hasErrorCode, PerceptionError } from '../frame/perception-error.js';
import { outputError } from './output-error.js';

/**
 * Reads the text of a file with a secret. Rejects with ERR_CONFIG if it cannot be read, is too large, or others can read
 * it too.
 */
export async function readPrivateFile(path: string, limitBytes: number): Promise<string> {
  const file = await open(path, 'r').catch((cause: NodeJS.ErrnoException) => {
    throw new PerceptionError('ERR_CONFIG', `${path}: cannot be read (${cause.code})`, { cause });
  });
  try {
    const { mode, size } = await file.stat();
    // Windows has no such bits.
    if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
      const found = (mode & 0o777).toString(8).padStart(4, '0');
      throw new PerceptionError(
        'ERR_CONFIG',
        `${path}: expected a file that its owner alone can read (\`chmod 600\`), found mode ${found}`,
      );
    }
    if (size > limitBytes)
      throw new PerceptionError(
        'ERR_CONFIG',
        `${path}: expected at most ${limitBytes} bytes, found ${size}`,
      );
    return await file.readFile('utf8');
  } catch (cause) {
    if (hasErrorCode(cause)) throw cause;
    const { code } = cause as NodeJS.ErrnoException;
    throw new PerceptionError('ERR_CONFIG', `${path}: cannot be read (${code})`, { cause });
  } finally {
    await file.close();
  }
}

/**
 * Writes new files that only their owner can read: all of them or none. Rejects with ERR_OUTPUT, also if something exists
 * in one of the places already.
 */
export async function writePrivateFiles(
  files: readonly { path: string; text: string }[],
): Promise<void> {
  const made: { path: string; handle: FileHandle }[] = [];
  let path = '';
  try {
    // All places are taken before a secret is written into the first.
    for (const file of files) {
      path = file.path;
      made.push({ path, handle: await open(path, 'wx', 0o600) });
    }
    for (const [i, { handle }] of made.entries()) {
      path = made[i]!.path;
      await handle.writeFile(files[i]!.text);
      await handle.sync();
    }
    for (const { handle } of made) await handle.close();
  } catch (cause) {
    for (const { path: left, handle } of made) {
      await handle.close().catch(() => {});
      await unlink(left).catch(() => {});
    }
    const isThere = (cause as NodeJS.ErrnoException).code === 'EEXIST';
    if (isThere)
      throw new PerceptionError(
        'ERR_OUTPUT',
        `${path}: expected no file there, found one; keys are not written over`,
        { cause },
      );
    throw outputError(path, cause);
  }
}
