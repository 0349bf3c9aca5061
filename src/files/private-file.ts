import { open } from 'node:fs/promises';
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

/** Writes a new file that only its owner can read. Rejects with ERR_OUTPUT, also if something exists there already. */
export async function writePrivateFile(path: string, text: string): Promise<void> {
  try {
    const file = await open(path, 'wx', 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (cause) {
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
