import { appendFileSync, existsSync, rmSync } from 'node:fs';
import type { z } from 'zod';
import { outputError } from '../../src/files/output-error.js';
import { readInputText } from '../../src/files/read-input.js';
import { writeWhole } from '../../src/files/write-whole.js';
import { PerceptionError } from '../../src/frame/perception-error.js';
import { parseJson } from '../../src/text/json-document.js';

/**
 * Results of a run's finished scenes, one line per scene in order, so that an interrupted run need not repeat them. A
 * last line without a line end was cut off when the run ended, and is dropped.
 */
export class RunJournal<T> {
  /** Results of the scenes that are done. */
  readonly known: T[];

  /** `schema` validates one result. Throws ERR_OUTPUT if the file is not such a journal. */
  constructor(
    readonly path: string,
    schema: z.ZodType<T>,
  ) {
    const text = readIfThere(path);
    const whole = text.slice(0, text.lastIndexOf('\n') + 1);
    this.known = whole
      .split('\n')
      .slice(0, -1)
      .map((line, index) => {
        const where = `${path}:${index + 1}`;
        const checked = schema.safeParse(parseJson(line, { where, code: 'ERR_OUTPUT' }));
        if (checked.success) return checked.data;
        throw new PerceptionError(
          'ERR_OUTPUT',
          `${where}: expected what a scene yielded, found ${line.slice(0, 40)}; remove the folder to begin again`,
        );
      });
    if (whole.length !== text.length) writeWhole(path, whole);
  }

  /** Appends the result of the next scene. Throws ERR_OUTPUT. */
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

const readIfThere = (path: string): string =>
  existsSync(path)
    ? readInputText(path, { code: 'ERR_OUTPUT', what: 'a journal', maxBytes: 2 ** 29 })
    : '';
