const signals = ['SIGINT', 'SIGTERM'] as const;

/**
 * Calls `stop` at the first Ctrl-C (or SIGTERM), so that the run can end in order; the second one ends the
 * process at once. Returns a function that takes the handlers away.
 */
export function onStopSignals(stop: () => void): () => void {
  let isStopping = false;
  const forget = () => {
    for (const signal of signals) process.off(signal, onSignal);
  };
  const onSignal = (signal: NodeJS.Signals) => {
    if (isStopping) {
      // By the system itself: an orderly exit would wait for threads that run a network.
      forget();
      process.kill(process.pid, signal);
      return;
    }
    isStopping = true;
    stop();
  };
  for (const signal of signals) process.on(signal, onSignal);
  return forget;
}
