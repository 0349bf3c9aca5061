import { removeOpenPartials } from '../src/files/open-partials.js';

/** Ctrl-C, a service manager, and a terminal that is closed. */
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** What the command does at the first signal; undefined while it has said nothing. */
let stopCommand: ((signal: NodeJS.Signals) => void) | undefined;
/** The first signal, once it has come. */
let firstSignal: NodeJS.Signals | undefined;
/** Whether a signal that comes before the command is ready for it is kept for it. */
let isHeld = false;

/**
 * Takes the signals for the whole process, from its first moment on. Until a command says by `onStopSignals` what it
 * does, a signal ends the process at once, without what is half-written; with `hold` it waits for the command.
 */
export function takeStopSignals({ hold }: { hold: boolean }): void {
  isHeld = hold;
  for (const signal of signals) process.on(signal, onSignal);
}

/** Leaves the signals to somebody else, such as a supervisor. */
export function releaseStopSignals(): void {
  for (const signal of signals) process.off(signal, onSignal);
}

/**
 * Calls `stop` at the first signal, so that the run can end in order, also where that came before; the second one
 * ends the process at once. Returns a function that takes the handlers away.
 */
export function onStopSignals(stop: (signal: NodeJS.Signals) => void): () => void {
  stopCommand = stop;
  // Taken without a gap: a signal between two handlers would end the process by itself.
  for (const signal of signals)
    if (!process.listeners(signal).includes(onSignal)) process.on(signal, onSignal);
  if (firstSignal !== undefined) stop(firstSignal);
  return () => {
    stopCommand = undefined;
    isHeld = false;
    firstSignal = undefined;
  };
}

/** Resolves at the first signal, also where that came before; the second one ends the process at once. */
export async function firstStopSignal(): Promise<void> {
  let forget = (): void => {};
  await new Promise<void>((resolve) => {
    forget = onStopSignals(() => resolve());
  });
  forget();
}

function onSignal(signal: NodeJS.Signals): void {
  const isAnswered = stopCommand !== undefined || isHeld;
  if (isAnswered && firstSignal === undefined) {
    firstSignal = signal;
    stopCommand?.(signal);
    return;
  }
  removeOpenPartials();
  // By the system itself: an orderly exit would wait for threads that run a network.
  releaseStopSignals();
  process.kill(process.pid, signal);
}
