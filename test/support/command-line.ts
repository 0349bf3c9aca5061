import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:net';
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
  /** Resolves when standard output (or standard error) has shown this text. */
  seen(text: string): Promise<void>;
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
  const seen = (text: string) =>
    new Promise<void>((resolve, reject) => {
      const watch = () => (stdout + stderr).includes(text) && resolve();
      watchers.add(watch);
      watch();
      finished.then(() => reject(new Error(`ended without "${text}": ${stdout}${stderr}`)), reject);
    });
  return { child, seen, finished };
}

/** A TCP port of this machine that nobody listened on a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
