import { fork } from 'node:child_process';
import { PerceptionError } from '../../src/frame/perception-error.js';
import { processEntry } from './process-entry.js';

/** The one answer of a measuring process. */
export type ChildAnswer<Result> =
  | { type: 'done'; result: Result }
  | { type: 'failed'; code: string; message: string };

/**
 * Runs one measurement in a fresh process: no compiled code, grown memory or timers remain from an earlier one.
 * `request` and the result travel as JSON. Rejects with the error that the process reported, or with ERR_INTERNAL and
 * the end of its standard error if it ended without an answer.
 */
export function runChild<Request extends object, Result>(
  entry: string,
  request: Request,
  signal?: AbortSignal,
): Promise<Result> {
  return new Promise((resolve, reject) => {
    const child = fork(processEntry(entry), {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      ...(signal && { signal, killSignal: 'SIGKILL' }),
    });
    let answer: ChildAnswer<Result> | undefined;
    let complaint = '';
    child.stderr!.on('data', (chunk) => {
      complaint = `${complaint}${chunk}`.slice(-2000);
    });
    child.on('message', (message) => {
      answer = message as ChildAnswer<Result>;
    });
    child.on('error', reject);
    child.on('close', (exitCode, signalName) => {
      if (answer?.type === 'done') resolve(answer.result);
      else if (answer?.type === 'failed')
        reject(new PerceptionError(answer.code as PerceptionError['code'], answer.message));
      else
        reject(
          new PerceptionError(
            'ERR_INTERNAL',
            `expected ${entry} to answer, found it ended by ${signalName ?? `exit code ${exitCode}`}: ${reasonIn(complaint)}`,
          ),
        );
    });
    child.send(request);
  });
}

/** Node prints where an uncaught error was thrown before the error, and its own version after it. */
function reasonIn(complaint: string): string {
  const lines = complaint.trim().split('\n');
  return lines.findLast((line) => /\w*Error\b.*:/.test(line)) ?? lines.at(-1) ?? '';
}
