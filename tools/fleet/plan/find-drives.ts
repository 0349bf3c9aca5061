import { basename } from 'node:path';
import { PerceptionError } from '../../../src/frame/perception-error.js';
import { chosenCameraOf } from '../../../src/recording/recorded-cameras.js';
import { isBucket, openStore } from '../store/open-store.js';
import type { StoreOptions } from '../store/store.js';
import type { DriveEntry } from './drives-file.js';
import { parsePattern } from './pattern.js';

/** A drive's name and location: an absolute path, or `s3://bucket/key`; with `#front` if it is one of several cameras. */
export interface FoundDrive {
  name: string;
  location: string;
  topic: string | undefined;
  /** Set if a listing stated it. */
  sizeBytes?: number;
}

/**
 * All drives that the entries name, in their order; those of a pattern by name. Rejects with ERR_CONFIG if a pattern
 * matches nothing, two drives have the same name, or a drive is named twice. Does not check whether single drives
 * exist.
 */
export async function findDrives(
  entries: readonly DriveEntry[],
  options: StoreOptions = {},
): Promise<FoundDrive[]> {
  const drives: FoundDrive[] = [];
  for (const entry of entries) drives.push(...(await drivesOf(entry, options)));
  const known = new Map<string, FoundDrive>();
  for (const drive of drives) {
    const other = known.get(drive.name);
    if (other !== undefined)
      throw new PerceptionError(
        'ERR_CONFIG',
        other.location === drive.location
          ? `expected each drive once, found ${drive.location} twice`
          : `expected a name for each drive, found "${drive.name}" for ${other.location} and for ${drive.location}: give one of them a \`name\``,
      );
    known.set(drive.name, drive);
  }
  return drives;
}

async function drivesOf(
  { path: asked, name, topic }: DriveEntry,
  options: StoreOptions,
): Promise<FoundDrive[]> {
  const { path, camera } = chosenCameraOf(asked);
  const ofCamera = camera === undefined ? '' : `#${camera}`;
  const pattern = parsePattern(path);
  if (pattern === undefined) {
    const called = withoutExtension(basename(path)) + ofCamera;
    return [{ name: name ?? called, location: asked, topic }];
  }
  const root = isBucket(path) ? /^s3:\/\/[^/]+/i.exec(path)![0] : '/';
  const store = await openStore(root, options);
  const prefix = root === '/' ? '/' : `${root}/`;
  const found: FoundDrive[] = [];
  try {
    for await (const { key, sizeBytes } of store.list(pattern.base.slice(prefix.length))) {
      const place = `${prefix}${key}`;
      if (!pattern.matches(place)) continue;
      const called = withoutExtension(place.slice(pattern.base.length)) + ofCamera;
      const whole = name === undefined ? called : `${name}/${called}`;
      found.push({ name: whole, location: place + ofCamera, topic, sizeBytes });
    }
  } finally {
    await store.close();
  }
  if (found.length === 0)
    throw new PerceptionError('ERR_CONFIG', `expected drives that fit ${asked}, found none`);
  return found;
}

const withoutExtension = (name: string) => name.replace(/\.[A-Za-z0-9]+$/, '');
