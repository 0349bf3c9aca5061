import { readFileSync, readlinkSync } from 'node:fs';

/** The system's number of the calling thread; 0 where the system does not tell. */
export function ownThreadId(): number {
  try {
    return Number(readlinkSync('/proc/thread-self').split('/').at(-1)) || 0;
  } catch {
    return 0;
  }
}

/**
 * How long a thread of any process has been ready to run while others had the processor, milliseconds since its
 * start; 0 where the system does not tell. (/proc/<thread>/schedstat: time on a processor, time ready, time slices.)
 */
export function readyMs(threadId: number): number {
  if (threadId === 0) return 0;
  try {
    return Number(readFileSync(`/proc/${threadId}/schedstat`, 'utf8').split(' ')[1]) / 1e6 || 0;
  } catch {
    return 0;
  }
}
