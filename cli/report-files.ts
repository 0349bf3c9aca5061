import type { GuardedOutput } from '../src/files/output-guard.js';

/** The files that `--html` and `--junit` write, for the output guard. */
export function reportFiles({
  html,
  junit,
}: {
  html?: string | undefined;
  junit?: string | undefined;
}): GuardedOutput[] {
  const outputs: GuardedOutput[] = [];
  if (html !== undefined) outputs.push({ option: '--html', path: html, kind: 'html' });
  if (junit !== undefined) outputs.push({ option: '--junit', path: junit, kind: 'xml' });
  return outputs;
}
