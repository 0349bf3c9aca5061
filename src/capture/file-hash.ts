import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';

/** Files up to this size are hashed when they are opened, to name them in results; that takes a tenth of a second. */
const maxHashedBytes = 64 * 1024 * 1024;

/** Resolves with the sha256 (hex) of a file's bytes, or undefined if the file is too large for that to be cheap. */
export async function cheapFileSha256(path: string): Promise<string | undefined> {
  if ((await stat(path)).size > maxHashedBytes) return undefined;
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
