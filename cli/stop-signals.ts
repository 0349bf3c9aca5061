import { removeOpenPartials } from '../src/files/open-partials.js';

/** Sent by Ctrl-C, a service manager, and a closed terminal. */
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** The command's handler for the first signal; undefined until it sets one. */
let stopCommand: ((signal: NodeJS.Signals) => void) | undefined;
/** The first signal, once it has arrived. */
let firstSignal: NodeJS.Signals | undefined;
/** Whether a signal that arrives early is kept for the command. */
let isHeld = false;

/**
 * Handles the signals of the process from its start. Until a command registers its handler with `onStopSignals`, a
 * signal ends the process at once, without half-written files; with `hold` it waits for the command.
 */
export function takeStopSignals({ hold }: { hold: boolean }): void {
  isHeld = hold;
  for (const signal of signals) process.on(signal, onSignal);
}

/** Leaves the signals to another handler, such as a supervisor. */
export function releaseStopSignals(): void {
  for (const signal of signals) process.off(signal, onSignal);
}

/**
 * Calls `stop` at the first signal, or at once if that has already arrived, so that the run can end in order; the
 * second signal ends the process at once. Returns a function that removes the handlers.
 */
export function onStopSignals(stop: (signal: NodeJS.Signals) => void): () => void {
  stopCommand = stop;
  // Registered without a gap, because a signal between two handlers would end the process.
  for (const signal of signals)
    if (!process.listeners(signal).includes(onSignal)) process.on(signal, onSignal);
  if (firstSignal !== undefined) stop(firstSignal);
  return () => {
    stopCommand = undefined;
    isHeld = false;
    firstSignal = undefined;
  };
}

/** Resolves at the first signal, or at once if that has already arrived; the second one ends the process at once. */
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
  // The system ends it: an orderly exit would wait for threads that run a network.
  releaseStopSignals();
  process.kill(process.pid, signal);
}
