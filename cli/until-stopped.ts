import { exitCodes } from './exit-codes.js';
import { onStopSignals } from './stop-signals.js';
import { Terminal } from './terminal.js';

/** Runs `work` so that Ctrl-C ends it in order; `work` returns the text about an interruption. */
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
