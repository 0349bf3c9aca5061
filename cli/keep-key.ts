import type { Terminal } from './terminal.js';

/**
 * Calls `keep` at SIGUSR2, and on a terminal when k is pressed; calls `stop` at Ctrl-C, because a terminal in raw
 * mode does not turn it into a signal. Returns a function that removes the handlers.
 */
export function onKeepKey(terminal: Terminal, keep: () => void, stop: () => void): () => void {
  const kept = (): void => {
    keep();
    terminal.note('kept: what lies there of the recording stays');
  };
  process.on('SIGUSR2', kept);
  const { stdin } = process;
  const onKey = (key: Buffer): void => {
    if (key[0] === 0x03) stop();
    else if (String(key) === 'k') kept();
  };
  if (stdin.isTTY) {
    stdin.setRawMode(true);
    stdin.on('data', onKey);
    terminal.note('k keeps what lies there of the recording');
  }
  return () => {
    process.off('SIGUSR2', kept);
    if (!stdin.isTTY) return;
    stdin.off('data', onKey);
    stdin.setRawMode(false);
    stdin.pause();
  };
}
