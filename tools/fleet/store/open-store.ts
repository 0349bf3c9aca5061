import { basename, dirname } from 'node:path';
import { chosenCameraOf } from '../../../src/recording/recorded-cameras.js';
import { FolderStore } from './folder-store.js';
import type { Store, StoreOptions } from './store.js';

const s3Pattern = /^s3:\/\//i;

export const isBucket = (place: string): boolean => s3Pattern.test(place);

/** Opens a folder, or `s3://bucket/prefix`. No request goes to a bucket before it is read or written. */
export async function openStore(place: string, options: StoreOptions = {}): Promise<Store> {
  if (!isBucket(place)) return new FolderStore(place, options);
  const { S3Store } = await import('./s3-store.js');
  return S3Store.open(place, options);
}

/**
 * The store that contains one object, and its name there: a file's folder, or a bucket. The camera that a location may
 * choose (`drive.mcap#front`) is not part of the name.
 */
export async function openPlaceOf(
  location: string,
  options: StoreOptions = {},
): Promise<{ store: Store; key: string }> {
  const { path } = chosenCameraOf(location);
  if (!isBucket(path))
    return { store: new FolderStore(dirname(path), options), key: basename(path) };
  const [, bucket = '', key = ''] = /^s3:\/\/([^/]+)\/?(.*)$/i.exec(path) ?? [];
  return { store: await openStore(`s3://${bucket}`, options), key };
}
