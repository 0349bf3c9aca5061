import { z } from 'zod';
import { labelledTasks } from '../../src/bundle/manifest.js';
import { readInputText } from '../../src/files/read-input.js';
import { PerceptionError } from '../../src/frame/perception-error.js';
import { describeIssue } from '../../src/text/describe-issue.js';
import { parseYaml } from '../../src/text/yaml-document.js';
import { type CorruptionName, corruptionNames } from '../corruptions/corruption-table.js';

const share = z.number().min(0).max(1);

/*
 * A key added after the first release is optional and gets its default where it is used: the fingerprint of a
 * recipe that does not use it stays the same, and runs in progress can resume.
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
  /** Detection: pictures that show one of these classes are used this many times as often as the source's others. */
  repeat: z.record(z.string().min(1), z.int().min(1).max(100)).optional(),
  /** File with a teacher's boxes, for detection. */
  teacher: z.string().optional(),
  /**
   * Formats voc and camvid: also uses labels that a network wrote and nobody has corrected, boxes weighted by their
   * confidence; left out otherwise.
   */
  predictions: z.boolean().optional(),
  /**
   * Detection: unlabelled objects of the named classes that a bundle finds with a score of at least `above` are ignored:
   * objects that the set's makers left out must not teach "background". The bundle's path is relative to the working folder.
   */
  unsure: z
    .strictObject({
      bundle: z.string().min(1),
      classes: z.array(z.string().min(1)).min(1),
      above: z.number().gt(0).lt(1).default(0.1),
    })
    .optional(),
  /** Licence in the manifest and the model card, if the format's reader does not know it or gives another set's. */
  licence: z.string().min(1).max(200).optional(),
  /** Name in the manifest and the model card, without the split; by default the reader's. */
  name: z.string().min(1).max(100).optional(),
  /** Whether the source may be absent: rendered data that does not exist yet is reported and left out. */
  optional: z.boolean().default(false),
});

const optimizerSchema = z.strictObject({
  /** `adam` by default. */
  kind: z.enum(['adam', 'sgd']).optional(),
  peakRate: z.number().positive(),
  warmUpSteps: z.int().nonnegative().default(100),
  /** The rate at which a cosine ends and below which a plateau never falls, as a share of the peak. */
  finalShare: share.default(0.02),
  beta1: share.default(0.9),
  beta2: share.default(0.999),
  epsilon: z.number().positive().default(1e-8),
  /** SGD: share of the velocity that a step keeps; 0.9 by default. */
  momentum: share.optional(),
  /** SGD: looks ahead along the velocity (Nesterov 1983). */
  nesterov: z.boolean().optional(),
  /** Decoupled decay: kernels shrink by this share of the learning rate per step. */
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
    /** Factor by which the rate is multiplied. */
    factor: z.number().gt(0).lt(1).default(0.3),
    /** Evaluations without a better score before the rate is reduced. */
    patience: z.int().positive().default(3),
  }),
]);

/** Weather, lens and camera corruptions, applied to pictures before anything else; see tools/corruptions. */
const corruptionsSchema = z.strictObject({
  /** Probability that a picture is corrupted. */
  share: share.default(0.5),
  /** Largest strength; strengths are drawn from 1 to this. */
  most: z.int().min(1).max(5).default(3),
  /** Which corruptions; by default all that do not move objects away from their labels. */
  kinds: z
    .array(z.enum(corruptionNames as [CorruptionName, ...CorruptionName[]]))
    .min(1)
    .optional(),
});

/**
 * Adversarial examples for the network at the current step: one step along the sign of the input's gradient from a random
 * start (Wong et al. 2020, "Fast is better than free"). Doubles the time of a step.
 */
const adversarialSchema = z.strictObject({
  /** Share of each batch, taken from its first rows. */
  share: share.default(0.5),
  /** Largest change of a value, in grey levels of 0 to 255. */
  epsilon: z.number().gt(0).max(255).default(4),
});

const pasteLightsSchema = z.strictObject({
  /** Probability that a picture gets any. */
  share: share.default(0.5),
  /** Most that a picture gets. */
  most: z.int().positive().max(20).default(3),
  /** Edge of the smallest and the largest (geometric mean of the sides if not square), pixels of the network's input. */
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
  /** Classes whose objects are cut out. */
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
  /** Equal parts of a batch, computed in parallel, each on a thread with its own normalisation statistics; 1 by default. */
  batchParts: z.int().positive().max(64).optional(),
  optimizer: optimizerSchema,
  /** How the learning rate falls after the warm-up; a cosine by default. */
  schedule: scheduleSchema.optional(),
  labelSmoothing: share.default(0),
  /** Detection: weight of the overlap of a decoded box with the true one (see OverlapRule); not used by default. */
  overlap: z
    .strictObject({ giouWeight: z.number().min(0).max(10), qualityShare: share })
    .optional(),
  /** Steering: standard deviation, in frames, of the Gaussian that smooths the driver's pulses; 0 none. */
  smoothFrames: z.number().min(0).max(50).default(0),
  /** Steering: the export fits the driver's response to the network's answers on the training data. */
  fitResponse: z.boolean().optional(),
  /** Signs: temperature taken from a run with held-out data, for a run without any; fitted if absent. */
  temperature: z.number().positive().max(100).optional(),
  augmentation: z.strictObject({
    /** Strength of colour changes; 0 none, 1 as much as daylight and cameras vary. */
    colour: z.number().min(0).max(3).default(1),
    /** Probability of mirroring a picture, if mirroring keeps its meaning. */
    flip: share.default(0.5),
    /** Strength of geometric changes; 0 none. */
    geometry: z.number().min(0).max(3).default(1),
    /** Detection: `ssd` draws crops by their overlap with a box and expands up to four times (Liu et al. 2016). */
    crop: z.enum(['window', 'ssd']).optional(),
    /** Detection: probability of four pictures in one (Bochkovskiy et al. 2020). */
    mosaic: share.optional(),
    /** Detection: crops of signs are pasted into street scenes, their boxes added. */
    pasteSigns: pasteSignsSchema.optional(),
    /** Detection: traffic lights of all types are drawn into pictures, their boxes added. */
    pasteLights: pasteLightsSchema.optional(),
    /** Detection: objects are cut out of other pictures and pasted into this one, their boxes added. */
    pasteCutOuts: pasteCutOutsSchema.optional(),
    corruptions: corruptionsSchema.optional(),
    adversarial: adversarialSchema.optional(),
  }),
  /** Detection: channels of every layer, as a share of the standard network's; 1 by default. */
  width: z.number().min(0.25).max(2).optional(),
  /** Detection: the bundle's score threshold; 0.35 by default. */
  scoreThreshold: z.number().gt(0).lt(1).optional(),
  /** Rate of every dropout layer of the network, instead of its own. */
  dropout: z.number().min(0).lt(1).optional(),
  /** Weight of a class in the loss, by name; 1 (in segmentation the network's own table) for those not named. */
  classWeights: z.record(z.string(), z.number().positive()).optional(),
  /** Signs: the user's own classes, each with the data's classes that it combines. */
  classes: z.record(z.string().min(1), z.array(z.string().min(1)).min(1)).optional(),
  /** Initial weights: a run's folder or checkpoint, a tf.layers model.json, or a bundle's folder. */
  from: z.string().min(1).optional(),
  /** Layers that keep their weights: names in which * matches any characters. */
  freeze: z.array(z.string().min(1)).optional(),
  /** Samples that do not load or are labelled wrongly are left out and counted (`skip`, the default) or end the run. */
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

/** Reads and checks a recipe. Throws ERR_CONFIG naming the file and the first error. */
export function readRecipe(path: string): Recipe {
  const text = readInputText(path, { code: 'ERR_CONFIG', what: 'a recipe' });
  return checkRecipe(parseYaml(text, { where: path, code: 'ERR_CONFIG' }).value, path);
}

/** Checks a parsed recipe. Throws ERR_CONFIG naming `path` and one error. */
export function checkRecipe(document: unknown, path: string): Recipe {
  const result = recipeSchema.safeParse(document, { reportInput: true });
  if (result.success) return result.data;
  // A misspelt key is reported before the key that is missing because of it.
  const { issues } = result.error;
  const issue = issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0]!;
  throw new PerceptionError(
    'ERR_CONFIG',
    `${path}: ${issue.path.join('.') || 'recipe'}: ${describeIssue(issue, recipeSchema)}`,
  );
}
