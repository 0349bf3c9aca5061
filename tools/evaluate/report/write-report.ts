import { join } from 'node:path';
import type { Task } from '../../../src/bundle/manifest.js';
import { makeFolder } from '../../../src/files/make-folder.js';
import { PartialFile } from '../../../src/files/partial-file.js';
import { measuredJson } from '../../../src/text/measured-json.js';
import type { Evaluation } from '../evaluation.js';
import { evaluationPage } from '../page/evaluation-page.js';
import { trainingSections } from '../page/training-sections.js';
import type { Findings } from './findings.js';
import type { TrainingLog } from './training-log.js';

/**
 * The two files of a report, a page and the JSON next to it, each complete or absent: opened before the evaluation, so
 * that an unwritable place is found before an hour of work, and renamed once both are written.
 */
export class ReportFiles {
  readonly htmlPath: string;
  readonly jsonPath: string;
  readonly #html: PartialFile;
  readonly #json: PartialFile;

  private constructor(html: PartialFile, json: PartialFile) {
    this.#html = html;
    this.#json = json;
    this.htmlPath = html.path;
    this.jsonPath = json.path;
  }

  /** `place` is a file that ends in .html, or a folder (created if missing) for `<task>.html`. ERR_OUTPUT if not writable. */
  static async create(place: string, task: Task): Promise<ReportFiles> {
    const isFile = place.endsWith('.html');
    if (!isFile) makeFolder(place);
    const htmlPath = isFile ? place : join(place, `${task}.html`);
    const html = PartialFile.create(htmlPath);
    try {
      return new ReportFiles(html, PartialFile.create(htmlPath.replace(/\.html$/, '.json')));
    } catch (error) {
      html.abort();
      throw error;
    }
  }

  /** Writes and renames both files. Rejects with ERR_OUTPUT if that fails, and then leaves no partial file. */
  async write(evaluation: Evaluation, findings: Findings, log?: TrainingLog): Promise<void> {
    const { details, tiles, sections } = findings;
    const { task, bundle, data, count, metrics, intervals = null, doubt = null } = evaluation;
    const { notes, problems } = evaluation;
    const json = { task, bundle, data, count, metrics, intervals, doubt, details, notes, problems };
    const all = [...sections, ...(log ? trainingSections(log) : [])];
    const encode = (text: string) => new TextEncoder().encode(text);
    try {
      await this.#html.append(encode(evaluationPage(evaluation, tiles, all)));
      await this.#json.append(encode(`${measuredJson(log ? { ...json, training: log } : json)}\n`));
      await this.#json.close();
      await this.#html.close();
    } catch (error) {
      await this.abort();
      throw error;
    }
  }

  /** Removes the unfinished files. May be called twice, and after `write`. */
  async abort(): Promise<void> {
    this.#html.abort();
    this.#json.abort();
  }
}
