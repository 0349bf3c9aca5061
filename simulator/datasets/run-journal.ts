import { appendFileSync, readFileSync, rmSync } from 'node:fs';
import { outputError } from '../../src/files/output-error.js';
import { writeWhole } from '../../src/files/write-whole.js';

/**
 * What the finished scenes of a run have yielded, a line a scene in their order, so that a run which was broken off
 * need not make them again. A last line without its end was being written when the run ended, and is dropped.
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
    if (whole.length !== text.length) writeWhole(path, whole);
  }

  /** Adds the yield of the next scene. Throws ERR_OUTPUT. */
  append(yielded: T): void {
    try {
      appendFileSync(this.path, `${JSON.stringify(yielded)}\n`);
    } catch (cause) {
      throw outputError(this.path, cause);
    }
  }

  remove(): void {
    rmSync(this.path, { force: true });
  }
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
