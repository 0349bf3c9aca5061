import { oneLine } from './one-line.js';

/**
 * Returns the first line of an error's message, without its full stop: further lines are for the makers of the library
 * that threw it.
 */
export function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return oneLine(text.split('\n', 1)[0]!.trim()).replace(/\.$/, '');
}
