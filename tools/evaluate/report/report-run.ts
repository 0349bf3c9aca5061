import type { Bundle } from '../../../src/bundle/bundle.js';
import type { LabelledTask } from '../../../src/bundle/manifest.js';
import type { Dataset } from '../../datasets/sample.js';
import type { Evaluation } from '../evaluation.js';
import type { ObservationOf } from '../observation.js';
import { collectFindings } from './collect-findings.js';
import { readTrainingLog } from './training-log.js';
import { ReportFiles } from './write-report.js';

/** A report that grows while a bundle is evaluated. */
export interface ReportRun<T extends LabelledTask> {
  /** Paths of page and JSON. */
  paths: readonly string[];
  /** Pass this to runEvaluation as `onObservation`. */
  observe(observation: ObservationOf[T]): void;
  /** Writes both files, each complete or absent. Rejects with ERR_OUTPUT, and then leaves no partial file. */
  write(evaluation: Evaluation<T>): Promise<void>;
  /** Removes the unfinished files; does nothing after `write`. */
  abort(): Promise<void>;
}

/**
 * Starts the report of a bundle on a data set at `place`: a file that ends in .html, or a folder for `<task>.html`; `run` is
 * the folder of the training run whose curves it shows. Everything that can fail is opened before a sample is scored:
 * throws ERR_OUTPUT if `place` cannot be written, ERR_DATASET if the run has no log.
 */
export async function startReport<T extends LabelledTask>(
  bundle: Bundle,
  dataset: Dataset<T>,
  place: string,
  run?: string,
): Promise<ReportRun<T>> {
  const log = run === undefined ? undefined : await readTrainingLog(run);
  const files = await ReportFiles.create(place, bundle.manifest.task);
  const collector = collectFindings(bundle, dataset);
  return {
    paths: [files.htmlPath, files.jsonPath],
    observe: (observation) => collector.observe(observation),
    write: async (evaluation) => files.write(evaluation, await collector.finish(), log),
    abort: () => files.abort(),
  };
}
