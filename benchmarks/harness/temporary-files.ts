import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Writes arrays and texts for another program into a folder that is removed when this process ends. */
export function temporaryFiles(files: Record<string, Float32Array | string>): string {
  const dir = mkdtempSync(join(tmpdir(), 'benchmark-'));
  process.once('exit', () => rmSync(dir, { recursive: true, force: true }));
  for (const [name, values] of Object.entries(files)) {
    const content =
      typeof values === 'string'
        ? values
        : new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    writeFileSync(join(dir, name), content);
  }
  return dir;
}
