import type { Bundle } from '../../src/bundle/bundle.js';
import { writeFolder } from '../../src/files/write-folder.js';
import { quantizedModelCard } from './quantized-model-card.js';

/** Writes a bundle's folder, whole or not at all, where there is nothing yet. @throws ERR_OUTPUT */
export function writeQuantizedBundle(dir: string, { manifest, golden, network }: Bundle): void {
  const text = (document: unknown): string => `${JSON.stringify(document, null, 2)}\n`;
  const content = {
    [manifest.network.file]: network,
    'manifest.json': text(manifest),
    'golden.json': text(golden),
    'MODEL_CARD.md': quantizedModelCard(manifest),
  };
  writeFolder(dir, content, { replace: false });
}
