import { type ChildProcess, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { constants } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

export const repoDir = fileURLToPath(new URL('../..', import.meta.url));
const entry = fileURLToPath(new URL('../../bin/windshield.js', import.meta.url));

export interface Finished {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

/** A child process whose output is kept. */
export interface Running {
  child: ChildProcess;
  /** Resolves when standard output (or standard error) has shown this text, or what fits this pattern. */
  seen(text: string | RegExp): Promise<void>;
  finished: Promise<Finished>;
}

/** `windshield <arguments>` in a process of its own. */
export function windshield(args: readonly string[], env: NodeJS.ProcessEnv = {}): Running {
  return start(process.execPath, [entry, ...args], env);
}

/** Any program, from the root of the repository. */
export function start(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Running {
  const child = spawn(program, args, { cwd: repoDir, env: { ...process.env, ...env } });
  let stdout = '';
  let stderr = '';
  const watchers = new Set<() => void>();
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
    for (const watch of watchers) watch();
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
    for (const watch of watchers) watch();
  });
  const finished = new Promise<Finished>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
  const seen = (text: string | RegExp) =>
    new Promise<void>((resolve, reject) => {
      const isThere = (shown: string) =>
        typeof text === 'string' ? shown.includes(text) : text.test(shown);
      const watch = () => isThere(stdout + stderr) && resolve();
      watchers.add(watch);
      watch();
      finished.then(() => reject(new Error(`ended without ${text}: ${stdout}${stderr}`)), reject);
    });
  return { child, seen, finished };
}

/**
 * A TCP port of this machine that nobody listened on a moment ago: one by chance of those that the system gives to
 * nobody by itself, so that no connection takes it meanwhile.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(20_000, 32_000);
    const server = createServer();
    const isFree = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false));
      server.listen(port, '127.0.0.1', () => resolve(true));
    });
    if (!isFree) continue;
    await new Promise((resolve) => server.close(resolve));
    return port;
  }
}

/** What a command said beside how far it is: on a slow machine it says that every few seconds. */
export const withoutProgress = (stderr: string): string => stderr.replaceAll(/^[█░]+ .*\n/gm, '');

/** Resolves when `isTrue` says so; looks every few milliseconds, for as long as the test may last. */
export async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await sleep(5);
}

/** Whether signals of a process can be looked at here. */
export const showsSignals = process.platform === 'linux';

/** Resolves when the process has a handler of its own for the signal: it no longer ends by it unheard. */
export const catches = ({ child }: Running, signal: NodeJS.Signals) =>
  until(() => isInMask(child, 'SigCgt', signal));

/** Sends a signal and resolves when the process has taken it in, so that a second one does not fall in with it. */
export async function signalAndWait({ child }: Running, signal: NodeJS.Signals): Promise<void> {
  child.kill(signal);
  await until(() => !isInMask(child, 'ShdPnd', signal));
}

function isInMask({ pid }: ChildProcess, mask: string, signal: NodeJS.Signals): boolean {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const [, hex] = new RegExp(`^${mask}:\\s*([0-9a-f]+)$`, 'm').exec(status)!;
  return ((BigInt(`0x${hex}`) >> BigInt(constants.signals[signal] - 1)) & 1n) === 1n;
}
