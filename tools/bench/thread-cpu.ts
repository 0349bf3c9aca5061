import { readFileSync } from 'node:fs';

/**
 * Time that the calling thread has spent on a core, milliseconds, as Linux counts it: unlike the clock it stands
 * still while other processes have the core. Null on other systems.
 */
export function threadCpuMs(): number | null {
  try {
    const [ranNs] = readFileSync('/proc/thread-self/schedstat', 'utf8').split(' ');
    return Number(ranNs) / 1e6;
  } catch {
    return null;
  }
}
