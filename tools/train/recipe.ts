import { z } from 'zod';
import { labelledTasks } from '../../src/bundle/manifest.js';
import { readInputText } from '../../src/files/read-input.js';
import { PerceptionError } from '../../src/frame/perception-error.js';
import { describeIssue } from '../../src/text/describe-issue.js';
import { parseYaml } from '../../src/text/yaml-document.js';
import { type CorruptionName, corruptionNames } from '../corruptions/corruption-table.js';

const share = z.number().min(0).max(1);

/*
 * A key that came after the first release is optional and has its default where it is used: the fingerprint of a
 * recipe that does not use it stays what it was, and runs that are under way go on.
 */

/** One source of samples. Folders are relative to the data folder given on the command line. */
const sourceSchema = z.strictObject({
  format: z.enum([
    'gtsrb-packed',
    'gtsrb',
    'sign-folders',
    'camvid',
    'camvid-boxes',
    'camvid-empty',
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
  /** Detection: pictures that show one of these classes come so many times as often as the source's others. */
  repeat: z.record(z.string().min(1), z.int().min(1).max(100)).optional(),
  /** File with a teacher's boxes, for detection. */
  teacher: z.string().optional(),
  /**
   * Formats voc and camvid: labels that a network wrote and nobody has corrected count too, boxes by their confidence;
   * left out otherwise.
   */
  predictions: z.boolean().optional(),
  /**
   * Detection: what a bundle finds at `above` or surer in the named classes, and nothing labels, is ignored: objects that
   * the set's makers left out must not teach "background". The bundle's path is relative to the working folder.
   */
  unsure: z
    .strictObject({
      bundle: z.string().min(1),
      classes: z.array(z.string().min(1)).min(1),
      above: z.number().gt(0).lt(1).default(0.1),
    })
    .optional(),
  /** What the manifest and the card say of it, where the reader of the format cannot know, or says another set's. */
  licence: z.string().min(1).max(200).optional(),
  /** Its name there, without the part; the reader's when left out. */
  name: z.string().min(1).max(100).optional(),
  /** Sources under this name may be absent: rendered data that was not made yet is said and left out. */
  optional: z.boolean().default(false),
});

const optimizerSchema = z.strictObject({
  /** `adam` when left out. */
  kind: z.enum(['adam', 'sgd']).optional(),
  peakRate: z.number().positive(),
  warmUpSteps: z.int().nonnegative().default(100),
  /** What a cosine ends at and a plateau never falls below, as a share of the peak. */
  finalShare: share.default(0.02),
  beta1: share.default(0.9),
  beta2: share.default(0.999),
  epsilon: z.number().positive().default(1e-8),
  /** SGD: share of the velocity that a step keeps; 0.9 when left out. */
  momentum: share.optional(),
  /** SGD: looks ahead along the velocity (Nesterov 1983). */
  nesterov: z.boolean().optional(),
  /** Decoupled decay: kernels shrink by this share of the learning rate a step. */
  weightDecay: z.number().min(0).default(0),
  /** L2 penalty: l2 / 2 times the square of every kernel is added to the loss. */
  l2: z.number().min(0).optional(),
  clipNorm: z.number().positive().default(10),
  averageDecay: share.default(0.998),
});

const scheduleSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('cosine') }),
  z.strictObject({ kind: z.literal('constant') }),
  z.strictObject({
    kind: z.literal('plateau'),
    /** What the rate is multiplied by. */
    factor: z.number().gt(0).lt(1).default(0.3),
    /** Evaluations without a better score before that. */
    patience: z.int().positive().default(3),
  }),
]);

/** Weather, lens and camera on pictures before anything else is done to them; see tools/corruptions. */
const corruptionsSchema = z.strictObject({
  /** Probability that a picture is corrupted. */
  share: share.default(0.5),
  /** Strengths from 1 up to this one. */
  most: z.int().min(1).max(5).default(3),
  /** Which ones; all that leave things where their labels are when left out. */
  kinds: z
    .array(z.enum(corruptionNames as [CorruptionName, ...CorruptionName[]]))
    .min(1)
    .optional(),
});

/**
 * Adversarial examples of the network as it is at that step: one step along the sign of the input's gradient from a start by
 * chance (Wong et al. 2020, "Fast is better than free"). Doubles the time of a step.
 */
const adversarialSchema = z.strictObject({
  /** The first rows of each batch, as a share of it. */
  share: share.default(0.5),
  /** Largest change of a value, in grey levels of 0 to 255. */
  epsilon: z.number().gt(0).max(255).default(4),
});

const pasteLightsSchema = z.strictObject({
  /** Probability that a picture gets any. */
  share: share.default(0.5),
  /** Most that a picture gets. */
  most: z.int().positive().max(20).default(3),
  /** Edge of the smallest and the largest (of what is no square, the geometric mean), pixels of the network's input. */
  edgePx: z.tuple([z.number().positive(), z.number().positive()]).default([8, 64]),
});

const pasteSignsSchema = pasteLightsSchema.extend({
  /** Crops of single signs, margin included, such as GTSRB's. */
  from: sourceSchema,
});

const pasteCutOutsSchema = z.strictObject({
  /** Probability that a picture gets any. */
  share: share.default(0.5),
  /** Most that a picture gets. */
  most: z.int().positive().max(20).default(2),
  /** Whose objects are cut out. */
  classes: z.array(z.string().min(1)).min(1),
  /** Labelled pictures that they are cut out of. */
  from: sourceSchema,
  /** Smallest and largest factor on the object's share of its picture. */
  scale: z.tuple([z.number().positive(), z.number().positive()]).default([0.5, 1.5]),
});

export const recipeSchema = z.strictObject({
  task: z.enum(labelledTasks),
  seed: z.int().nonnegative(),
  epochs: z.int().positive().max(10_000),
  /** Samples that count as one epoch. */
  samplesPerEpoch: z.int().positive(),
  batch: z.int().positive().max(1024),
  /** Equal parts of a batch that are computed at the same time, each by a thread with its own statistics of normalisation; 1 when left out. */
  batchParts: z.int().positive().max(64).optional(),
  optimizer: optimizerSchema,
  /** How the learning rate falls after the warm-up; a cosine when left out. */
  schedule: scheduleSchema.optional(),
  labelSmoothing: share.default(0),
  /** Detection: what the overlap of a told box with the true one counts (see OverlapRule); nothing when left out. */
  overlap: z
    .strictObject({ giouWeight: z.number().min(0).max(10), qualityShare: share })
    .optional(),
  /** Steering: deviation of the Gaussian over neighbouring frames that smooths the driver's pulses; 0 none. */
  smoothFrames: z.number().min(0).max(50).default(0),
  /** Steering: the export fits the driver's response to the network's answers on the training data. */
  fitResponse: z.boolean().optional(),
  /** Signs: the temperature of a run with held-out data, for one that keeps none back; else it is fitted. */
  temperature: z.number().positive().max(100).optional(),
  augmentation: z.strictObject({
    /** Strength of colour changes; 0 none, 1 what daylight and cameras do. */
    colour: z.number().min(0).max(3).default(1),
    /** Probability of a mirrored picture, where that keeps its meaning. */
    flip: share.default(0.5),
    /** Strength of geometric changes; 0 none. */
    geometry: z.number().min(0).max(3).default(1),
    /** Detection: `ssd` draws crops by their overlap with a box and expands up to four times (Liu et al. 2016). */
    crop: z.enum(['window', 'ssd']).optional(),
    /** Detection: probability of four pictures in one (Bochkovskiy et al. 2020). */
    mosaic: share.optional(),
    /** Detection: crops of signs are pasted into street scenes, their boxes added. */
    pasteSigns: pasteSignsSchema.optional(),
    /** Detection: traffic lights of all builds are drawn into pictures, their boxes added. */
    pasteLights: pasteLightsSchema.optional(),
    /** Detection: objects are cut out of other pictures and pasted into this one, their boxes added. */
    pasteCutOuts: pasteCutOutsSchema.optional(),
    corruptions: corruptionsSchema.optional(),
    adversarial: adversarialSchema.optional(),
  }),
  /** Detection: channels of every layer, as a share of the standard network's; 1 when left out. */
  width: z.number().min(0.25).max(2).optional(),
  /** Detection: score from which the bundle answers; 0.35 when left out. */
  scoreThreshold: z.number().gt(0).lt(1).optional(),
  /** Rate of every dropout layer of the network, instead of its own. */
  dropout: z.number().min(0).lt(1).optional(),
  /** What a class counts in the loss, by name; 1 (in segmentation the network's own table) for those not named. */
  classWeights: z.record(z.string(), z.number().positive()).optional(),
  /** Signs: the user's own classes, each with the data's classes that it takes together. */
  classes: z.record(z.string().min(1), z.array(z.string().min(1)).min(1)).optional(),
  /** Weights to begin with: a run's folder or checkpoint, a tf.layers model.json, or a bundle's folder. */
  from: z.string().min(1).optional(),
  /** Layers that keep their weights: names in which * stands for any characters. */
  freeze: z.array(z.string().min(1)).optional(),
  /** What does not load or is labelled wrongly is left out and counted (`skip`, when left out) or ends the run. */
  onBadData: z.enum(['skip', 'stop']).optional(),
  data: z.array(sourceSchema).min(1),
  validation: z.array(sourceSchema).default([]),
  evaluateEveryEpochs: z.int().positive().default(1),
  /** Evaluations without a better score after which training ends; 0 never. */
  patience: z.int().nonnegative().default(0),
});

export type Recipe = z.infer<typeof recipeSchema>;
export type OptimizerRecipe = z.infer<typeof optimizerSchema>;
export type ScheduleRecipe = z.infer<typeof scheduleSchema>;
export type CorruptionRecipe = z.infer<typeof corruptionsSchema>;
export type AdversarialRecipe = z.infer<typeof adversarialSchema>;
export type RecipeSource = z.infer<typeof sourceSchema>;

/** Reads and checks a recipe. Throws ERR_CONFIG naming the file and the first thing that is wrong. */
export function readRecipe(path: string): Recipe {
  const text = readInputText(path, { code: 'ERR_CONFIG', what: 'a recipe' });
  return checkRecipe(parseYaml(text, { where: path, code: 'ERR_CONFIG' }).value, path);
}

/** Checks a recipe that was read. Throws ERR_CONFIG naming `path` and one thing that is wrong. */
export function checkRecipe(document: unknown, path: string): Recipe {
  const result = recipeSchema.safeParse(document, { reportInput: true });
  if (result.success) return result.data;
  // A misspelt key is told before the one that is missing for it.
  const { issues } = result.error;
  const issue = issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0]!;
  throw new PerceptionError(
    'ERR_CONFIG',
    `${path}: ${issue.path.join('.') || 'recipe'}: ${describeIssue(issue, recipeSchema)}`,
  );
}
