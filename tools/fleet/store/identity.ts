import { createHash } from 'node:crypto';
import type { ByteSource } from '../../../src/recording/byte-source.js';

const headBytes = 64 * 1024;
const tailBytes = 256 * 1024;

/** Identifies a drive independently of its location. */
export interface DriveIdentity {
  sizeBytes: number;
  /** Of its first 64 KiB and last 256 KiB, where a recording has its index: sizes and times of all chunks. */
  edgesSha256: string;
}

/**
 * Reads two ranges instead of everything: a drive has gigabytes, and may be far away. A changed picture changes the
 * size of its chunk and so the index, unless it was crafted to keep the size.
 */
export async function identify(bytes: ByteSource): Promise<DriveIdentity> {
  const { sizeBytes } = bytes;
  const hash = createHash('sha256');
  hash.update(await bytes.read(0, headBytes));
  if (sizeBytes > headBytes) {
    const start = Math.max(headBytes, sizeBytes - tailBytes);
    hash.update(await bytes.read(start, sizeBytes - start));
  }
  return { sizeBytes, edgesSha256: hash.digest('hex') };
}
