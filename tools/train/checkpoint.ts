import { existsSync } from 'node:fs';
import { z } from 'zod';
import { readInput } from '../../src/files/read-input.js';
import { writeWhole } from '../../src/files/write-whole.js';
import { PerceptionError } from '../../src/frame/perception-error.js';
import { parseJson } from '../../src/text/json-document.js';
import type { WeightLayout } from './weight-layout.js';

/** Everything a run needs to resume as if it had never stopped. */
export interface Checkpoint {
  /** Plain facts: step, best score, history, recipe. */
  facts: CheckpointFacts;
  /** Named float arrays: weights, averages, moments, statistics. */
  arrays: Record<string, Float32Array>;
}

export interface CheckpointFacts {
  task: string;
  /** Fingerprint of the recipe, so that a run is not resumed with a different one. */
  recipeSha256: string;
  step: number;
  optimizerStep: number;
  bestScore: number | null;
  bestStep: number;
  history: HistoryRow[];
  elapsedS: number;
  /** The loss as it is shown, an exponential moving average. Not in the first release's checkpoints. */
  recentLoss?: number;
  /** Names and shapes of the weights, in order. Not in the first release's checkpoints. */
  layout?: WeightLayout;
}

/** One line of the training log. */
export interface HistoryRow {
  step: number;
  epoch: number;
  loss: number;
  learningRate: number;
  /** Validation metrics, where the row ends an evaluation. */
  metrics?: Record<string, number>;
}

const magic = 'WSCP1\n';
const maxCheckpointBytes = 2 ** 30;

const shapes = z.array(
  z.object({
    name: z.string(),
    shape: z
      .array(
        z
          .int()
          .min(0)
          .max(2 ** 31),
      )
      .max(8),
  }),
);
const headerSchema = z.object({
  facts: z.looseObject({
    task: z.string(),
    recipeSha256: z.string(),
    step: z.int().min(0),
    optimizerStep: z.int().min(0),
    bestScore: z.number().nullable(),
    bestStep: z.int().min(0),
    history: z.array(
      z.looseObject({
        step: z.number(),
        epoch: z.number(),
        // JSON turns a loss of NaN into null.
        loss: z.number().nullable(),
        learningRate: z.number(),
        metrics: z.record(z.string(), z.number().nullable()).optional(),
      }),
    ),
    elapsedS: z.number().min(0),
    recentLoss: z.number().nullish(),
    layout: z.object({ parameters: shapes, statistics: shapes }).optional(),
  }),
  arrays: z.array(z.object({ name: z.string(), length: z.int().min(0) })),
});

/** Writes a checkpoint atomically. Throws ERR_OUTPUT if it cannot; the previous file is then unchanged. */
export function writeCheckpoint(path: string, checkpoint: Checkpoint): void {
  const entries = Object.entries(checkpoint.arrays);
  const header = Buffer.from(
    `${magic}${JSON.stringify({
      facts: checkpoint.facts,
      arrays: entries.map(([name, values]) => ({ name, length: values.length })),
    })}\n`,
  );
  const bodies = entries.map(([, values]) =>
    Buffer.from(values.buffer, values.byteOffset, values.byteLength),
  );
  writeWhole(path, header, ...bodies);
}

/** Reads a checkpoint; undefined if there is none. Throws ERR_TRAINING if the file is not a checkpoint or is cut short. */
export function readCheckpoint(path: string): Checkpoint | undefined {
  if (!existsSync(path)) return undefined;
  const bytes = readInput(path, {
    code: 'ERR_TRAINING',
    what: 'a checkpoint',
    maxBytes: maxCheckpointBytes,
  });
  const headerEnd = bytes.indexOf(10, magic.length) + 1;
  if (bytes.toString('latin1', 0, magic.length) !== magic || headerEnd === 0) {
    throw new PerceptionError('ERR_TRAINING', `${path}: expected a checkpoint, found another file`);
  }
  const header = parseJson(bytes.toString('utf8', magic.length, headerEnd), {
    where: path,
    code: 'ERR_TRAINING',
  });
  const checked = headerSchema.safeParse(header);
  if (!checked.success) {
    const [issue] = checked.error.issues;
    throw new PerceptionError(
      'ERR_TRAINING',
      `${path}: expected a checkpoint's header, found otherwise at ${issue?.path.join('.') || 'its top'}: ${issue?.message}`,
    );
  }
  const facts = checked.data.facts as CheckpointFacts;
  const list = checked.data.arrays;
  const expected = headerEnd + list.reduce((sum, { length }) => sum + length * 4, 0);
  if (bytes.length !== expected) {
    throw new PerceptionError(
      'ERR_TRAINING',
      `${path}: expected ${expected} bytes, found ${bytes.length}`,
    );
  }
  const arrays: Record<string, Float32Array> = {};
  let offset = headerEnd;
  for (const { name, length } of list) {
    // The header may end at any byte, so the floats are copied into aligned memory.
    arrays[name] = new Float32Array(
      bytes.buffer.slice(bytes.byteOffset + offset, bytes.byteOffset + offset + length * 4),
    );
    offset += length * 4;
  }
  return { facts, arrays };
}
