import { rmSync } from 'node:fs';

const open = new Set<string>();

/** Registers a partial file (or folder) that is removed at any orderly exit of the process. Undone by `forget`. */
export function removeAtExit(partial: string): void {
  if (open.size === 0) process.once('exit', removeOpenPartials);
  open.add(partial);
}

export function forget(partial: string): void {
  open.delete(partial);
  if (open.size === 0) process.off('exit', removeOpenPartials);
}

/** Removes half-written files. Call it before ending the process by a signal, which emits no `exit` event. */
export function removeOpenPartials(): void {
  for (const partial of open) rmSync(partial, { recursive: true, force: true });
  open.clear();
}
