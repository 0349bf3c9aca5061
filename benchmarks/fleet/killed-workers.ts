import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';

export interface KilledWorkers {
  /** Starts a worker. */
  start(): ChildProcess;
  count: number;
  everyMs: number;
  /** Workers are killed for this long, or until all work is done. */
  forMs: number;
  /** Uniform in 0 to 1. */
  random(): number;
  /** Counts of an earlier part of the same drill. */
  before?: KillTally | undefined;
  /** Called with every count. */
  onCount?: (tally: KillTally) => void;
}

export interface KillTally {
  kills: number;
  started: number;
  /** Exit codes of workers that were not killed. */
  codes: (number | null)[];
}

/**
 * Keeps `count` workers running and regularly kills a random one, which is replaced by a new one. Resolves when every
 * worker has ended without being killed.
 */
export async function keepKilling({
  start,
  count,
  everyMs,
  forMs,
  random,
  before = { kills: 0, started: 0, codes: [] },
  onCount,
}: KilledWorkers): Promise<KillTally> {
  const tally: KillTally = { ...before, codes: [...before.codes] };
  const atWork = new Set<ChildProcess>();
  const begin = () => {
    const child = start();
    tally.started++;
    atWork.add(child);
    child.once('exit', (code, signal) => {
      atWork.delete(child);
      if (signal === null) tally.codes.push(code);
      onCount?.(tally);
    });
  };
  for (let worker = 0; worker < count; worker++) begin();
  const endMs = performance.now() + forMs;
  while (atWork.size > 0) {
    await sleep(everyMs);
    if (performance.now() > endMs || atWork.size === 0) continue;
    const victim = [...atWork][Math.floor(random() * atWork.size)]!;
    const gone = new Promise((resolve) => victim.once('exit', resolve));
    victim.kill('SIGKILL');
    await gone;
    tally.kills++;
    onCount?.(tally);
    begin();
  }
  return tally;
}

/**
 * Starts a program whose only output is its errors. Each has its own session, so that a system that shares its cores
 * by sessions gives each worker its share.
 */
export function silent(program: string, args: readonly string[]): ChildProcess {
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'inherit'], detached: true });
  endWithUs(child);
  return child;
}

/** Ends the child with this process, so that an interrupted drill leaves none behind. */
export function endWithUs(child: ChildProcess): void {
  const end = () => child.kill();
  process.once('exit', end);
  child.once('exit', () => process.off('exit', end));
}
