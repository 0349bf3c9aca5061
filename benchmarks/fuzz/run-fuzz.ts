import { fork } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { builtEntry } from '../../src/frame/built-entry.js';
import { readyMs } from '../../src/supervise/thread-times.js';
import type { FuzzMessage } from './fuzz-child.js';
import type { FuzzSubject } from './subject.js';

const defaultPatienceMs = 10_000;
/** A child must load its code and the seeds first. */
const startPatienceMs = 60_000;

export interface FuzzFault {
  subject: string;
  index: number;
  fault: string;
}

export interface FuzzReport {
  subject: string;
  inputs: number;
  refused: number;
  peakMiB: number;
  faults: FuzzFault[];
}

/**
 * Reads the inputs `first` to `end` of a subject in a separate process. Anything that ends or delays that process is
 * a fault of the input being read; another process continues with the next one.
 */
export async function runFuzz(
  subject: FuzzSubject,
  { seed, first, end }: { seed: number; first: number; end: number },
): Promise<FuzzReport> {
  const report: FuzzReport = {
    subject: subject.name,
    inputs: 0,
    refused: 0,
    peakMiB: 0,
    faults: [],
  };
  let next = first;
  while (next < end) {
    const last = await runChild(subject, seed, next, end, report);
    report.inputs += last + 1 - next;
    next = last + 1;
  }
  return report;
}

/** Resolves with the last index that was read, or that ended the child. */
async function runChild(
  { name, patienceMs = defaultPatienceMs }: FuzzSubject,
  seed: number,
  first: number,
  end: number,
  report: FuzzReport,
): Promise<number> {
  const entry = fileURLToPath(builtEntry('./fuzz-child.js', import.meta.url));
  const child = fork(entry, [name, seed, first, end].map(String), {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    execArgv: ['--enable-source-maps'],
  });
  let index = first;
  let isDone = false;
  // Time in which other processes had the core does not count.
  const ownMs = () => performance.now() - readyMs(child.pid ?? 0);
  let begunMs = ownMs() + startPatienceMs;
  let said = '';
  const fault = (what: string) => report.faults.push({ subject: name, index, fault: what });
  for (const stream of [child.stdout!, child.stderr!])
    stream.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-2000);
    });
  child.on('message', (message: FuzzMessage) => {
    if (message.kind === 'begin') {
      index = message.index;
      begunMs = ownMs();
    } else if (message.kind === 'fault') report.faults.push({ subject: name, ...message });
    else {
      isDone = true;
      report.refused += message.refused;
      report.peakMiB = Math.max(report.peakMiB, message.peakMiB);
    }
  });
  const over = new Promise<string>((resolve) =>
    child.once('close', (code, signal) => resolve(signal ?? `exit code ${code}`)),
  );
  let ending: string | undefined;
  while (ending === undefined) {
    ending = await Promise.race([over, sleep(500, undefined, { ref: false })]);
    if (ending === undefined && ownMs() - begunMs > patienceMs) {
      fault(`not done after ${patienceMs / 1000} s`);
      child.kill('SIGKILL');
      ending = 'stopped';
      await over;
    }
  }
  if (!isDone && ending !== 'stopped' && ending !== 'exit code 3')
    fault(`ended by ${ending}: ${said}`);
  else if (/^ {4}at |Warning/m.test(said)) fault(`said on the side: ${said}`);
  return isDone ? end - 1 : index;
}
