import { PerceptionError } from '../frame/perception-error.js';

/** The error for a recording of another kind, with the command that converts it. */
export function otherRecording(path: string, found: string, command: string): PerceptionError {
  return new PerceptionError(
    'ERR_RECORDING',
    `expected an MCAP recording, found ${found}: ${path}; \`${command}\` makes one`,
  );
}
