import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import { tasks } from '../../src/bundle/manifest.js';
import { PerceptionError } from '../../src/frame/perception-error.js';

const share = z.number().min(0).max(1);

/** One source of samples. Folders are relative to the data folder given on the command line. */
const sourceSchema = z.strictObject({
  format: z.enum([
    'gtsrb-packed',
    'gtsrb',
    'camvid',
    'camvid-boxes',
    'voc',
    'openimages',
    'kitti',
    'udacity',
  ]),
  folder: z.string().min(1),
  /** The data set's own split, where its format has several. */
  split: z.string().optional(),
  /** Which part of the project's hold-out: `train`, `val`, or `all` for data that nothing is judged on. */
  part: z.enum(['train', 'val', 'all']).default('train'),
  /** How often this source is drawn, relative to the others; 1 by default for each. */
  weight: z.number().positive().default(1),
  /** File with a teacher's boxes, for detection. */
  teacher: z.string().optional(),
  /** Sources under this name may be absent: rendered data that was not made yet is said and left out. */
  optional: z.boolean().default(false),
});

export const recipeSchema = z.strictObject({
  task: z.enum(tasks),
  seed: z.int().nonnegative(),
  epochs: z.int().positive().max(10_000),
  /** Samples that count as one epoch. */
  samplesPerEpoch: z.int().positive(),
  batch: z.int().positive().max(1024),
  optimizer: z.strictObject({
    peakRate: z.number().positive(),
    warmUpSteps: z.int().nonnegative().default(100),
    finalShare: share.default(0.02),
    beta1: share.default(0.9),
    beta2: share.default(0.999),
    epsilon: z.number().positive().default(1e-8),
    weightDecay: z.number().min(0).default(0),
    clipNorm: z.number().positive().default(10),
    averageDecay: share.default(0.998),
  }),
  labelSmoothing: share.default(0),
  /** Steering: deviation of the Gaussian over neighbouring frames that smooths the driver's pulses; 0 none. */
  smoothFrames: z.number().min(0).max(50).default(0),
  augmentation: z.strictObject({
    /** Strength of colour changes; 0 none, 1 what daylight and cameras do. */
    colour: z.number().min(0).max(3).default(1),
    /** Probability of a mirrored picture, where that keeps its meaning. */
    flip: share.default(0.5),
    /** Strength of geometric changes; 0 none. */
    geometry: z.number().min(0).max(3).default(1),
  }),
  data: z.array(sourceSchema).min(1),
  validation: z.array(sourceSchema).default([]),
  evaluateEveryEpochs: z.int().positive().default(1),
  /** Evaluations without a better score after which training ends; 0 never. */
  patience: z.int().nonnegative().default(0),
});

export type Recipe = z.infer<typeof recipeSchema>;
export type RecipeSource = z.infer<typeof sourceSchema>;

/** Reads and checks a recipe. Throws ERR_CONFIG naming the file and the first thing that is wrong. */
export function readRecipe(path: string): Recipe {
  let document: unknown;
  try {
    document = parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    const found = cause instanceof Error ? cause.message.split('\n')[0] : String(cause);
    throw new PerceptionError(
      'ERR_CONFIG',
      `${path}: expected a readable YAML recipe, found: ${found}`,
      { cause },
    );
  }
  const result = recipeSchema.safeParse(document);
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  throw new PerceptionError(
    'ERR_CONFIG',
    `${path}: ${issue.path.join('.') || 'recipe'}: ${issue.message}`,
  );
}
