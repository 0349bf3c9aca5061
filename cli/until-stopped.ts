import { exitCodes } from './exit-codes.js';
import { onStopSignals } from './stop-signals.js';
import { Terminal } from './terminal.js';

/** Runs with Ctrl-C ending it in order; `work` says what an interruption left. */
export async function untilStopped(
  work: (signal: AbortSignal, terminal: Terminal) => Promise<string>,
  command = 'simulate',
): Promise<void> {
  const terminal = new Terminal();
  const interruption = new AbortController();
  const removeHandlers = onStopSignals(() => interruption.abort());
  try {
    const left = await work(interruption.signal, terminal);
    terminal.clearLive();
    if (interruption.signal.aborted) {
      terminal.note(`${command} ended by Ctrl-C: ${left}`);
      process.exitCode = exitCodes.interrupted;
    }
  } finally {
    terminal.clearLive();
    removeHandlers();
  }
}
