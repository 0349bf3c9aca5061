import { join } from 'node:path';
import { PerceptionError } from '../../../src/frame/perception-error.js';
import { readText } from '../../datasets/dataset-files.js';

/** The numbers of one line of a run's log. */
export interface TrainingRow {
  step: number;
  epoch: number;
  /** Values by their name in the log, such as loss or learningRate. */
  values: Record<string, number>;
  /** Validation scores by name, if the line ends a validation. */
  metrics: Record<string, number>;
}

export interface TrainingLog {
  /** The run's folder, as given. */
  run: string;
  rows: TrainingRow[];
  /** Lines that could not be read: a run may be writing, or have been cut off. */
  problems: { where: string; reason: string }[];
}

/**
 * Reads log.jsonl of a training run, one JSON object per line with `step` and `epoch`. A run that was resumed from an
 * older checkpoint repeats some steps: the later line counts. Lines that do not parse are counted problems.
 * Throws ERR_DATASET if the file is missing or no line parses.
 */
export async function readTrainingLog(run: string): Promise<TrainingLog> {
  const file = join(run, 'log.jsonl');
  const text = await readText(file, 'the log of a training run');
  const problems: TrainingLog['problems'] = [];
  let rows: TrainingRow[] = [];
  text.split('\n').forEach((line, index) => {
    if (line.trim() === '') return;
    const row = parseRow(line);
    if (row === undefined) {
      const reason = 'expected a JSON object with step and epoch, found something else';
      problems.push({ where: `${file}:${index + 1}`, reason });
      return;
    }
    if (row.step <= (rows.at(-1)?.step ?? 0)) rows = rows.filter(({ step }) => step < row.step);
    rows.push(row);
  });
  if (rows.length === 0) {
    throw new PerceptionError(
      'ERR_DATASET',
      `expected lines of a training log, found none: ${file}`,
    );
  }
  return { run, rows, problems };
}

function parseRow(line: string): TrainingRow | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof parsed !== 'object' || parsed === null) return undefined;
  const { metrics, ...rest } = parsed as Record<string, unknown>;
  const { step, epoch, ...values } = numbersOf(rest);
  if (step === undefined || epoch === undefined) return undefined;
  return { step, epoch, values, metrics: numbersOf(metrics) };
}

function numbersOf(record: unknown): Record<string, number> {
  const entries = Object.entries(typeof record === 'object' && record !== null ? record : {});
  return Object.fromEntries(
    entries.filter((entry): entry is [string, number] => Number.isFinite(entry[1])),
  );
}
