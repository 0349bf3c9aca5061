import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { median } from '../../src/frame/median.js';
import { silent } from './killed-workers.js';

/** Number of units per worker in one measurement. */
const unitsOfAWorker = 4;
const rounds = 3;

export interface CoresRatio {
  /** Work of two workers, each bound to its own core, over twice that of one: 1 is best. */
  ratio: number;
  /** The ratio of each round. */
  ratios: number[];
  unitsOfAWorker: number;
}

/**
 * Times one worker on one core and two on two, in turn; each worker has the same number of drives. The load of other
 * programs affects both, so the ratios of neighbouring rounds are compared, and their median is reported.
 */
export async function coresRatio(
  runArgs: (pipeline: string, out: string, ...more: string[]) => string[],
  pipeline: string,
  dir: string,
  drives: number,
): Promise<CoresRatio | { skipped: string }> {
  if (availableParallelism() < 2) return { skipped: 'on one core' };
  try {
    execFileSync('taskset', ['--version'], { stdio: 'ignore' });
  } catch {
    return { skipped: 'without taskset' };
  }
  const out = join(dir, 'results', 'cores');
  const shards = Math.floor(drives / unitsOfAWorker);
  const timed = async (cores: readonly number[]) => {
    rmSync(out, { recursive: true, force: true });
    const startMs = performance.now();
    await Promise.all(
      cores.map((core) => {
        const args = runArgs(pipeline, out, '--shard', `${core}/${shards}`, '-j', '1', '--json');
        const command = ['-c', `${core}`, process.execPath, ...args];
        const child = silent('taskset', command);
        return new Promise((done) => child.once('close', done));
      }),
    );
    return performance.now() - startMs;
  };
  const ratios: number[] = [];
  // The first run also caches the plan, and is not counted.
  await timed([0]);
  for (let round = 0; round < rounds; round++) {
    // One worker on each core in turn, so that a quicker core does not bias the ratio.
    const first = await timed([0]);
    const both = await timed([0, 1]);
    const second = await timed([1]);
    ratios.push((first + second) / 2 / both);
  }
  rmSync(out, { recursive: true, force: true });
  return { ratio: median(ratios), ratios, unitsOfAWorker };
}
