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
 * The two files of a report, a page and its JSON beside it. They are there whole or not at all: opened before the
 * evaluation, so that a place that cannot be written costs no hour of it, and named when both are written.
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

  /** `place` is a file that ends in .html, or a folder (made where it is missing) for `<task>.html`. ERR_OUTPUT where it cannot be written. */
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

  /** Writes both and gives them their names; leaves nothing where it cannot (ERR_OUTPUT). */
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

  /** Removes what was begun. May be called twice, and after `write`. */
  async abort(): Promise<void> {
    this.#html.abort();
    this.#json.abort();
  }
}
