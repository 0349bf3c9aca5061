import { writeFolder } from '../../src/files/write-folder.js';
import type { MadeBundle } from '../train/make-bundle.js';
import { modelCard } from './model-card.js';

/**
 * Writes a bundle's folder atomically; with `replace` it may replace an existing bundle. A rig that
 * starts meanwhile sees the old bundle or the new one. @throws ERR_OUTPUT
 */
export function writeBundle(
  dir: string,
  { manifest, files }: MadeBundle,
  { replace }: { replace: boolean },
): void {
  const content = {
    [manifest.network.file]: files.network,
    'manifest.json': files.manifestText,
    'golden.json': files.goldenText,
    'MODEL_CARD.md': modelCard(manifest),
  };
  writeFolder(dir, content, { replace });
}
