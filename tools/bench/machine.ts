import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { arch, availableParallelism, cpus, loadavg, platform, release, totalmem } from 'node:os';
import { pipeline } from 'node:stream/promises';

/** The machine on which a measurement was taken. */
export interface Machine {
  cpu: string;
  /** Cores that this process may use. */
  cores: number;
  memoryGiB: number;
  system: string;
  node: string;
  onnxruntime: string;
}

export async function describeMachine(): Promise<Machine> {
  const manifest = createRequire(import.meta.url).resolve('onnxruntime-node/package.json');
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryGiB: Math.round((totalmem() / 2 ** 30) * 10) / 10,
    system: `${platform()} ${release()} ${arch()}`,
    node: process.version,
    onnxruntime: JSON.parse(await readFile(manifest, 'utf8')).version as string,
  };
}

/**
 * Processes that were running or waiting to run, averaged over the last minute; timings mean little if it exceeds the
 * number of cores.
 */
export const loadAverage = (): number => Math.round(loadavg()[0]! * 100) / 100;

/** sha256 (hex) of a file; null if the path is not a file. */
export async function fileSha256(path: string): Promise<string | null> {
  const isFile = await stat(path).then(
    (stats) => stats.isFile(),
    () => false,
  );
  if (!isFile) return null;
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
