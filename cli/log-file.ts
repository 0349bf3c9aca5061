import { openSync } from 'node:fs';
import { type DestinationStream, destination, pino } from 'pino';
import type { Log } from '../src/frame/log.js';
import { PerceptionError } from '../src/frame/perception-error.js';
import type { LogLevel } from './log-levels.js';

/** An open log. `close` writes what is still in memory. */
export interface OpenLog extends Log {
  close(): Promise<void>;
}

/**
 * Opens a log of JSON lines with times and levels: `-` is standard error, anything else a file that is appended to.
 * Entries are buffered in memory, so that no frame waits for the disk. Throws ERR_OUTPUT.
 */
export function openLog(place: string, level: LogLevel): OpenLog {
  const file = openDestination(place);
  // A full disk ends the log, never the drive. What waits is given up, or the process would try to write it for ever.
  let isOver = false;
  file.on('error', () => {
    isOver = true;
    file.destroy();
  });
  const log = pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, file);
  const entry =
    (name: LogLevel): Log['info'] =>
    (fields, message) => {
      if (!isOver) log[name](fields, message);
    };
  return {
    debug: entry('debug'),
    info: entry('info'),
    warn: entry('warn'),
    error: entry('error'),
    close: () =>
      new Promise((resolve) => {
        if (isOver) return resolve();
        file.once('close', () => resolve());
        file.once('error', () => resolve());
        file.end();
      }),
  };
}

type Destination = ReturnType<typeof destination> & DestinationStream;

function openDestination(place: string): Destination {
  try {
    // Opened here, so that an error is reported before the first frame.
    const fd = place === '-' ? 2 : openSync(place, 'a');
    return destination({ fd, sync: false });
  } catch (cause) {
    const { code = String(cause) } = cause as NodeJS.ErrnoException;
    throw new PerceptionError('ERR_OUTPUT', `${place}: cannot write the log (${code})`, { cause });
  }
}
