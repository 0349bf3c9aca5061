import { createHash } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { DriveIdentity } from './identity.js';

/** As `identify`, for a folder of pictures: from the names and sizes of its files. */
export async function folderIdentity(path: string): Promise<DriveIdentity> {
  const names = (await readdir(path, { recursive: true })).sort();
  const hash = createHash('sha256');
  let sizeBytes = 0;
  for (const name of names) {
    const found = await stat(join(path, name));
    if (!found.isFile()) continue;
    sizeBytes += found.size;
    hash.update(`${name}\n${found.size}\n`);
  }
  return { sizeBytes, edgesSha256: hash.digest('hex') };
}
