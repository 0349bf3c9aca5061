import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MadeBundle } from '../train/make-bundle.js';
import { modelCard } from './model-card.js';

/**
 * Writes a bundle's folder: all files beside it first, then one rename, so that a rig that starts meanwhile
 * sees the old bundle or the new one, never half of each.
 */
export function writeBundle(dir: string, bundle: MadeBundle): void {
  const fresh = `${dir}.partial`;
  const old = `${dir}.old`;
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(fresh, { recursive: true });
  writeFileSync(join(fresh, bundle.manifest.network.file), bundle.files.network);
  writeFileSync(join(fresh, 'manifest.json'), bundle.files.manifestText);
  writeFileSync(join(fresh, 'golden.json'), bundle.files.goldenText);
  writeFileSync(join(fresh, 'MODEL_CARD.md'), modelCard(bundle.manifest));
  rmSync(old, { recursive: true, force: true });
  try {
    renameSync(dir, old);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  renameSync(fresh, dir);
  rmSync(old, { recursive: true, force: true });
}
