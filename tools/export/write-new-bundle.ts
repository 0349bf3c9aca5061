import type { Bundle } from '../../src/bundle/bundle.js';
import { writeFolder } from '../../src/files/write-folder.js';

/** Writes a new bundle's folder atomically; it must not exist yet. `card`: its MODEL_CARD.md. @throws ERR_OUTPUT */
export function writeNewBundle(
  dir: string,
  { manifest, golden, network }: Bundle,
  card: string,
): void {
  const text = (document: unknown): string => `${JSON.stringify(document, null, 2)}\n`;
  const content = {
    [manifest.network.file]: network,
    'manifest.json': text(manifest),
    'golden.json': text(golden),
    'MODEL_CARD.md': card,
  };
  writeFolder(dir, content, { replace: false });
}
