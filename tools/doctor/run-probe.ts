import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { builtEntry } from '../../src/frame/built-entry.js';

/** How a probe's process ended. */
export type ProbeEnd =
  | { kind: 'done' }
  /** By a signal, or with another exit code than 0. */
  | { kind: 'crashed'; how: string }
  /** It was still busy when its time was over, and was killed. */
  | { kind: 'hung'; afterMs: number };

export interface ProbeResult<Message> {
  messages: Message[];
  end: ProbeEnd;
  /** The end of what it wrote to its error output; native libraries say their reasons there. */
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
 * Runs a script in a process of its own, so that native code that crashes or hangs there is a finding here. Its
 * messages come over the channel that `process.send` writes to. Never rejects.
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
      // Flags of a debugger or a test runner are not the probe's.
      execArgv: [],
      // JSON knows no NaN, which is what a broken kernel answers.
      serialization: 'advanced',
    });
    const messages: Message[] = [];
    let errorText = '';
    let isOverdue = false;
    const timer = setTimeout(() => {
      isOverdue = true;
      // Native code that hangs hears nothing gentler.
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

/** How a probe ended that did not end well, in words. */
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
