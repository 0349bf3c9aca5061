import { oneLine } from './one-line.js';

/**
 * The first line of what an error says, without its end stop: what comes behind is for the makers of the library that
 * threw it.
 */
export function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return oneLine(text.split('\n', 1)[0]!.trim()).replace(/\.$/, '');
}
