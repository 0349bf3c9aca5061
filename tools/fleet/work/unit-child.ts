import { type ChildProcess, fork } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { builtEntry } from '../../../src/frame/built-entry.js';
import type { UnitPhase, UnitRequest } from './run-unit.js';
import type { UnitAnswer, UnitMessage } from './unit-process.js';
import type { UnitFailure, UnitRecord } from './unit-record.js';

/** How one attempt at a unit ended. */
export type UnitEnd =
  | { kind: 'done'; record: UnitRecord }
  /** The drive or the process working on it is at fault. */
  | { kind: UnitFailure['kind']; reason: string }
  /** The store or the pipeline itself is at fault, so no other unit would do better. */
  | { kind: 'fatal'; code: string; reason: string }
  | { kind: 'stopped' };

export interface ChildLimits {
  /**
   * A child hangs if for this long, milliseconds, no byte of its drive arrives, then no frame is done, then no byte of its
   * results is written.
   */
  hangMs: number;
  /** A child whose processes hold more is killed, bytes; no limit if omitted. */
  memoryBytes?: number | undefined;
}

/** A process that has not loaded its code after this time never will, milliseconds. */
const loadMs = 120_000;

/** What stands still while a child hangs. */
const awaited: Readonly<Record<UnitPhase, string>> = {
  fetch: 'no byte of the drive',
  replay: 'no frame',
  store: 'no byte of the results was written',
};

/** How often a child's memory is checked, milliseconds. */
const memoryCheckMs = 500;

/** Faults of a drive; all other codes are faults of what every unit shares. */
const inputCodes: ReadonlySet<string> = new Set([
  'ERR_SOURCE_MISSING',
  'ERR_SOURCE_EMPTY',
  'ERR_SOURCE_FORMAT',
  'ERR_FRAME_SIZE',
  'ERR_RECORDING',
]);
/** A fault in the calibration or mount that the drive itself carries. */
const carriedCodes: ReadonlySet<string> = new Set(['ERR_CALIBRATION']);
/** A thread of the child died, so another attempt may succeed. */
const crashCodes: ReadonlySet<string> = new Set(['ERR_LANE', 'ERR_INTERNAL', 'ERR_INFERENCE']);

const entry = () => fileURLToPath(builtEntry('./unit-process.js', import.meta.url));

/** Tries a unit once, in a separate process. Never rejects. */
export function tryUnit(
  request: UnitRequest,
  { hangMs, memoryBytes }: ChildLimits,
  { signal, onFrame }: { signal?: AbortSignal; onFrame?: (frames: number) => void } = {},
): Promise<UnitEnd> {
  return new Promise((resolve) => {
    const child = fork(entry(), {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      // A separate folder for temporary files of others, such as decoders.
      env: { ...process.env, TMPDIR: request.dir },
    });
    let answer: UnitAnswer | undefined;
    let killed: UnitEnd | undefined;
    let complaint = '';
    const kill = (end: UnitEnd) => {
      killed ??= end;
      child.kill('SIGKILL');
    };
    let hangTimer: NodeJS.Timeout;
    let phase: UnitPhase = 'replay';
    const alive = (boundMs = hangMs) => {
      clearTimeout(hangTimer);
      const reason = `${awaited[phase]} for ${boundMs / 1000} s`;
      hangTimer = setTimeout(() => kill({ kind: 'hang', reason }), boundMs);
    };
    alive(Math.max(hangMs, loadMs));
    const memoryTimer =
      memoryBytes === undefined
        ? undefined
        : setInterval(async () => {
            const held = await residentBytes(child);
            if (held > memoryBytes)
              kill({
                kind: 'memory',
                reason: `held ${megabytes(held)}, ${megabytes(memoryBytes)} allowed`,
              });
          }, memoryCheckMs);
    const onStop = () => kill({ kind: 'stopped' });
    signal?.addEventListener('abort', onStop, { once: true });
    if (signal?.aborted) onStop();
    child.stderr!.on('data', (chunk) => {
      complaint = `${complaint}${chunk}`.slice(-4000);
    });
    child.on('message', (message: UnitMessage) => {
      if (message.type === 'ready') alive();
      else if (message.type === 'step') {
        phase = message.phase;
        alive();
        if (phase === 'replay' && message.frames > 0) onFrame?.(message.frames);
      } else answer ??= message;
    });
    const end = (how: UnitEnd) => {
      clearTimeout(hangTimer);
      clearInterval(memoryTimer);
      signal?.removeEventListener('abort', onStop);
      resolve(how);
    };
    child.on('error', (error) => end({ kind: 'crash', reason: error.message }));
    child.on('close', (exitCode, signalName) =>
      end(endOf(answer, killed, { exitCode, signalName, complaint })),
    );
    child.send(request, (error) => {
      // A child that dies before it listens ends with `close`.
      void error;
    });
  });
}

function endOf(
  answer: UnitAnswer | undefined,
  killed: UnitEnd | undefined,
  {
    exitCode,
    signalName,
    complaint,
  }: { exitCode: number | null; signalName: string | null; complaint: string },
): UnitEnd {
  if (answer?.type === 'done') return { kind: 'done', record: answer.record };
  if (answer?.type === 'failed') {
    const { code = 'ERR_INTERNAL', message } = answer;
    if (inputCodes.has(code) || carriedCodes.has(code))
      return { kind: 'input', reason: `${message} (${code})` };
    if (crashCodes.has(code)) return { kind: 'crash', reason: `${message} (${code})` };
    return { kind: 'fatal', code, reason: message };
  }
  if (killed !== undefined) return killed;
  if (/heap out of memory|Array buffer allocation failed/i.test(complaint))
    return { kind: 'memory', reason: 'its heap was full' };
  const how = signalName === null ? `exit code ${exitCode}` : signalName;
  const hint = signalName === 'SIGKILL' ? ' (by the system, where memory was short)' : '';
  const last = lastLine(complaint);
  return { kind: 'crash', reason: `ended by ${how}${hint}${last === '' ? '' : `: ${last}`}` };
}

function lastLine(complaint: string): string {
  const lines = complaint.trim().split('\n');
  return (lines.findLast((line) => /Error\b.*:/.test(line)) ?? lines.at(-1) ?? '').slice(0, 300);
}

const megabytes = (bytes: number) => `${Math.round(bytes / 1e6)} MB`;

/** Memory that a process holds; 0 if the system does not report it. */
async function residentBytes({ pid }: ChildProcess): Promise<number> {
  const text = await readFile(`/proc/${pid}/statm`, 'utf8').catch(() => '');
  return Number(text.split(' ')[1] ?? 0) * 4096;
}
