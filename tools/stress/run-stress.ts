import type { Bundle } from '../../src/bundle/bundle.js';
import type { LabelledTask } from '../../src/bundle/manifest.js';
import { type Strength, strengths } from '../corruptions/corruption.js';
import type { CorruptionName } from '../corruptions/corruption-table.js';
import { evenly } from '../datasets/evenly.js';
import type { Dataset } from '../datasets/sample.js';
import type { Evaluation } from '../evaluate/evaluation.js';
import { runEvaluation } from '../evaluate/run-evaluation.js';
import { corruptedDataset } from './corrupted-dataset.js';

/** Error measure of each task: the share that is not right; radians for steering. */
const errors: Readonly<
  Record<LabelledTask, { name: string; of(metrics: Evaluation['metrics']): number }>
> = {
  signs: { name: '1 - accuracy', of: (m) => 1 - (m as { accuracy: number }).accuracy },
  detection: { name: '1 - mAP50', of: (m) => 1 - (m as { mAP50: number }).mAP50 },
  segmentation: { name: '1 - mIoU', of: (m) => 1 - (m as { mIoU: number }).mIoU },
  steering: { name: 'mean |angle error|, rad', of: (m) => (m as { maeRad: number }).maeRad },
};

export interface StressOptions {
  corruptions: readonly CorruptionName[];
  strengths?: readonly Strength[];
  /** Pictures per run, spread evenly. */
  limit: number;
  seed: number;
  onProgress?: (done: number, total: number) => void;
  /** Called with all that is known after the clean pictures, and after each corruption. */
  onRow?: (report: StressReport) => void;
  /** Ends the work after the picture at hand; what is known of a corruption only in part is left out. */
  signal?: AbortSignal;
}

/** Errors of one bundle. */
export interface StressedBundle {
  bundle: string;
  clean: number;
  /** Error by corruption, one value per strength. */
  errors: Readonly<Partial<Record<CorruptionName, readonly number[]>>>;
  /**
   * Mean corruption error (Hendrycks and Dietterich 2019): for each corruption the sum of the errors over the
   * strengths divided by the first bundle's, averaged over the corruptions. 1 for the first bundle itself.
   */
  meanCorruptionError: number;
}

export interface StressReport {
  task: LabelledTask;
  data: string;
  pictures: number;
  /** Name of the error measure. */
  error: string;
  strengths: readonly Strength[];
  bundles: StressedBundle[];
  /** Corruptions that were asked for and are not scored, because the work was ended early or goes on. */
  unscored: readonly CorruptionName[];
}

/**
 * Scores bundles of one task on the same corrupted pictures, one corruption after the other; the first bundle is the
 * reference for the others. Rejects with the signal's reason if not even the clean pictures are scored.
 */
export async function runStress<T extends LabelledTask>(
  bundles: readonly Bundle[],
  dataset: Dataset<T>,
  {
    corruptions,
    strengths: used = strengths,
    limit,
    seed,
    onProgress,
    onRow,
    signal,
  }: StressOptions,
): Promise<StressReport> {
  const { name: error, of: errorOf } = errors[dataset.task];
  const chosen = evenly(dataset, limit);
  const total = bundles.length * (1 + corruptions.length * used.length);
  let done = 0;
  const measure = async (bundle: Bundle, data: Dataset<T>) => {
    signal?.throwIfAborted();
    const { metrics, count } = await runEvaluation(bundle, data, {
      onObservation: () => signal?.throwIfAborted(),
    });
    done++;
    onProgress?.(done, total);
    return { error: errorOf(metrics), count };
  };
  const clean: { error: number; count: number }[] = [];
  for (const bundle of bundles) clean.push(await measure(bundle, chosen));
  const rows: [CorruptionName, number[][]][] = [];
  const reportNow = (): StressReport => {
    const found = bundles.map(({ where }, i) => ({
      bundle: where,
      clean: clean[i]!.error,
      errors: Object.fromEntries(rows.map(([name, ofBundles]) => [name, ofBundles[i]!])) as Errors,
    }));
    return {
      task: dataset.task,
      data: dataset.name,
      pictures: clean[0]!.count,
      error,
      strengths: used,
      bundles: found.map((each) => ({
        ...each,
        meanCorruptionError: meanCorruptionError(each.errors, found[0]!.errors),
      })),
      unscored: corruptions.slice(rows.length),
    };
  };
  onRow?.(reportNow());
  for (const name of corruptions) {
    const ofBundles: number[][] = [];
    try {
      for (const bundle of bundles) {
        const row: number[] = [];
        for (const strength of used)
          row.push((await measure(bundle, corruptedDataset(chosen, name, strength, seed))).error);
        ofBundles.push(row);
      }
    } catch (reason) {
      if (signal?.aborted) break;
      throw reason;
    }
    rows.push([name, ofBundles]);
    onRow?.(reportNow());
  }
  return reportNow();
}

type Errors = StressedBundle['errors'];

/** Corruptions in which the reference makes no error at all are omitted. */
export function meanCorruptionError(errorsOf: Errors, reference: Errors): number {
  const sum = (row: readonly number[] = []) => row.reduce((all, value) => all + value, 0);
  const ratios = (Object.keys(reference) as CorruptionName[])
    .map((name) => [sum(errorsOf[name]), sum(reference[name])] as const)
    .filter(([, before]) => before > 0)
    .map(([now, before]) => now / before);
  return ratios.length === 0 ? 1 : ratios.reduce((all, ratio) => all + ratio, 0) / ratios.length;
}
