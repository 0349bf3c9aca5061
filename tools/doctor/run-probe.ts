import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { builtEntry } from '../../src/frame/built-entry.js';

/** How a probe's process ended. */
export type ProbeEnd =
  | { kind: 'done' }
  /** By a signal, or with an exit code other than 0. */
  | { kind: 'crashed'; how: string }
  /** It did not finish within its time limit and was killed. */
  | { kind: 'hung'; afterMs: number };

export interface ProbeResult<Message> {
  messages: Message[];
  end: ProbeEnd;
  /** The end of its error output, where native libraries state their reasons. */
  errorText: string;
}

export interface ProbeOptions<Message> {
  timeoutMs: number;
  /** Called with each message as it comes; `send` writes one back, at any later time. */
  onMessage?: (message: Message, send: (answer: object) => void) => void;
  env?: NodeJS.ProcessEnv;
}

const mostErrorChars = 16_384;

/** The built script of a probe. */
export function probeEntry(name: string, callerUrl: string): string {
  return fileURLToPath(builtEntry(name, callerUrl));
}

/**
 * Runs a script in its own process, so that crashing or hanging native code becomes a finding. Its messages arrive
 * over the channel of `process.send`. Never rejects.
 */
export function runProbe<Message>(
  entry: string,
  probeArguments: readonly string[],
  { timeoutMs, onMessage, env }: ProbeOptions<Message>,
): Promise<ProbeResult<Message>> {
  return new Promise((resolve) => {
    const child = fork(entry, probeArguments, {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      env: { ...process.env, ...env },
      // Flags of a debugger or a test runner must not reach the probe.
      execArgv: [],
      // JSON has no NaN, which a broken kernel may answer.
      serialization: 'advanced',
    });
    const messages: Message[] = [];
    let errorText = '';
    let isOverdue = false;
    const timer = setTimeout(() => {
      isOverdue = true;
      // Native code that hangs does not react to gentler signals.
      child.kill('SIGKILL');
    }, timeoutMs);
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      errorText = (errorText + text).slice(-mostErrorChars);
    });
    child.on('message', (message) => {
      messages.push(message as Message);
      onMessage?.(message as Message, (answer) => child.connected && child.send(answer));
    });
    const finish = (end: ProbeEnd) => {
      clearTimeout(timer);
      resolve({ messages, end, errorText });
    };
    child.on('error', (error) => finish({ kind: 'crashed', how: error.message }));
    child.on('close', (code, signal) => {
      if (isOverdue) finish({ kind: 'hung', afterMs: timeoutMs });
      else if (code === 0) finish({ kind: 'done' });
      else finish({ kind: 'crashed', how: signal ?? `exit code ${code}` });
    });
  });
}

/** Describes in words how a probe ended, if not normally. */
export function describeProbeEnd(end: ProbeEnd): string {
  switch (end.kind) {
    case 'done':
      return 'ended without a word';
    case 'crashed':
      return `its process died (${end.how})`;
    case 'hung':
      return `no answer within ${end.afterMs / 1000} s`;
  }
}
