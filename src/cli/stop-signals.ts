const signals = ['SIGINT', 'SIGTERM'] as const;

/** 128 + 2, as a shell reports a program that Ctrl-C ended. */
const interruptedExitCode = 130;

/**
 * Calls `stop` at the first Ctrl-C (or SIGTERM), so that the run can end in order; the second one ends the
 * process at once. Returns a function that takes the handlers away.
 */
export function onStopSignals(stop: () => void): () => void {
  let isStopping = false;
  const onSignal = () => {
    if (isStopping) process.exit(interruptedExitCode);
    isStopping = true;
    stop();
  };
  for (const signal of signals) process.on(signal, onSignal);
  return () => {
    for (const signal of signals) process.off(signal, onSignal);
  };
}
