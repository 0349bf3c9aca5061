import { readFileSync, readlinkSync } from 'node:fs';

/** Returns the system's id of the calling thread; 0 if the system does not provide it. */
export function ownThreadId(): number {
  try {
    return Number(readlinkSync('/proc/thread-self').split('/').at(-1)) || 0;
  } catch {
    return 0;
  }
}

/**
 * Returns how long a thread of any process has been ready to run while others had the processor, milliseconds since its
 * start; 0 if the system does not provide it. (/proc/<thread>/schedstat: time on a processor, time ready, time slices.)
 */
export function readyMs(threadId: number): number {
  if (threadId === 0) return 0;
  try {
    return Number(readFileSync(`/proc/${threadId}/schedstat`, 'utf8').split(' ')[1]) / 1e6 || 0;
  } catch {
    return 0;
  }
}
