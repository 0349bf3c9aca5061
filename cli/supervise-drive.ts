import { fileURLToPath } from 'node:url';
import { supervise } from '../src/supervise/supervise.js';
import { supervisedVariable } from '../src/supervise/supervised.js';
import type { DriveFlags } from './drive-options.js';
import { releaseStopSignals } from './stop-signals.js';
import { Terminal } from './terminal.js';

/** Bounds that no option changes, milliseconds: code loads within seconds, TensorRT builds engines for minutes. */
const startingMs = 30_000;
const loadingMs = 600_000;

/**
 * If `--supervise` is given, runs this command in a child process under a supervisor; resolves with false otherwise,
 * and in the child itself. `argv` is the command line without node and script.
 */
export async function superviseDrive(
  { supervise: isAsked, hangBound }: DriveFlags,
  argv: readonly string[] = process.argv.slice(2),
): Promise<boolean> {
  if (!isAsked || process.env[supervisedVariable] !== undefined) return false;
  releaseStopSignals();
  const entry = fileURLToPath(new URL('./supervised-main.js', import.meta.url));
  const terminal = new Terminal();
  const end = await supervise({
    command: [process.execPath, ...process.execArgv, entry, ...argv],
    bounds: { runningMs: hangBound, startingMs, loadingMs },
    note: (text) => terminal.note(`supervisor: ${text}`),
  });
  if (typeof end === 'number') process.exitCode = end;
  else process.kill(process.pid, end);
  return true;
}
