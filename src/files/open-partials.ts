import { rmSync } from 'node:fs';

const open = new Set<string>();

/** Notes a partial file (or folder) that goes away with the process, however that ends in order. Undone by `forget`. */
export function removeAtExit(partial: string): void {
  if (open.size === 0) process.once('exit', removeOpenPartials);
  open.add(partial);
}

export function forget(partial: string): void {
  open.delete(partial);
  if (open.size === 0) process.off('exit', removeOpenPartials);
}

/** Removes what is half-written. Also for whoever ends the process by a signal, which tells nobody. */
export function removeOpenPartials(): void {
  for (const partial of open) rmSync(partial, { recursive: true, force: true });
  open.clear();
}
