import { createHash } from 'node:crypto';
import { PerceptionError } from '../../../src/frame/perception-error.js';
import { FolderStore } from './folder-store.js';
import type { DriveIdentity } from './identity.js';

/**
 * As `identify`, for a folder of pictures: from the names and sizes of its files, those of linked folders too. Rejects
 * with ERR_SOURCE_MISSING if it cannot be read.
 */
export async function folderIdentity(path: string): Promise<DriveIdentity> {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  try {
    for await (const file of new FolderStore(path).list('')) {
      sizeBytes += file.sizeBytes;
      hash.update(`${file.key}\n${file.sizeBytes}\n`);
    }
  } catch (cause) {
    throw new PerceptionError('ERR_SOURCE_MISSING', (cause as Error).message, { cause });
  }
  return { sizeBytes, edgesSha256: hash.digest('hex') };
}
