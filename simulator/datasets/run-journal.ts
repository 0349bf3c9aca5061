import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { PerceptionError } from '../../src/frame/perception-error.js';

/**
 * What the finished scenes of a run have yielded, a line a scene in their order, so that a run which was broken off
 * need not make them anew. A last line without its end was being written when the run ended, and is dropped.
 */
export class RunJournal<T> {
  /** The scenes' yields, as far as they are known. */
  readonly known: T[];

  constructor(readonly path: string) {
    const text = readIfThere(path);
    const whole = text.slice(0, text.lastIndexOf('\n') + 1);
    this.known = whole
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as T);
    if (whole.length !== text.length) this.attempt(() => writeFileSync(path, whole));
  }

  /** Adds the yield of the next scene. Throws ERR_OUTPUT. */
  append(yielded: T): void {
    this.attempt(() => appendFileSync(this.path, `${JSON.stringify(yielded)}\n`));
  }

  remove(): void {
    rmSync(this.path, { force: true });
  }

  private attempt(write: () => void): void {
    try {
      write();
    } catch (cause) {
      throw new PerceptionError('ERR_OUTPUT', `cannot write ${this.path}: ${cause}`, { cause });
    }
  }
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
