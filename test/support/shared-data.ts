import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const repoDir = fileURLToPath(new URL('../..', import.meta.url));

/** The folder of real images, or undefined where this machine has none: tests on it are then skipped. */
export function sharedDataDir(): string | undefined {
  const dir = resolve(process.env['WINDSHIELD_DATA'] ?? join(repoDir, '../shared/data'));
  return existsSync(join(dir, 'gtsrb')) ? dir : undefined;
}
