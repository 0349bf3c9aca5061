import { readFileSync } from 'node:fs';

/**
 * CPU time of the calling thread, milliseconds, as Linux counts it: unlike the clock it stops while other processes
 * have the core. Null on other systems.
 */
export function threadCpuMs(): number | null {
  try {
    const [ranNs] = readFileSync('/proc/thread-self/schedstat', 'utf8').split(' ');
    return Number(ranNs) / 1e6;
  } catch {
    return null;
  }
}
