import { z } from 'zod';
import { PerceptionError } from '../frame/perception-error.js';
import { inputSpecSchema } from './input-spec.js';
import { outputSpecSchema } from './output-spec.js';
import { permittedUses } from './permitted-use.js';
import { type Task, tasks } from './task-table.js';

export { type Task, tasks };
/** Kinds of labels that data sets hold, each named after the task that is trained on it. */
export const labelledTasks = ['detection', 'signs', 'segmentation', 'steering'] as const;
export type LabelledTask = (typeof labelledTasks)[number];

/**
 * The kind of labels that a task is scored on. Lights use those of signs: both are crops with one class each.
 * Throws ERR_USAGE for a task without labels.
 */
export function labelsOf(task: Task): LabelledTask {
  const kind = labelledTasks.find((name) => name === (task === 'lights' ? 'signs' : task));
  if (kind !== undefined) return kind;
  throw new PerceptionError(
    'ERR_USAGE',
    `expected a task that data sets hold labels for (${labelledTasks.join(', ')}, lights), found ${task}`,
  );
}
/** Tasks whose networks can be scored. */
export const scoredTasks: readonly Task[] = tasks.filter(
  (task) => task === 'lights' || labelledTasks.some((name) => name === task),
);

const sha256Hex = z.string().regex(/^[0-9a-f]{64}$/, '64 hexadecimal digits');
/** A dimension: a number, or a name for one that varies (the sign network's batch). */
const dimension = z.union([z.int().positive(), z.string().min(1)]);
/** Types that the network's tensors may have; windshield writes and reads them all as float32. */
export const tensorDtypes = [
  'float32',
  'float16',
  'uint8',
  'int8',
  'int32',
  'int64',
  'bool',
] as const;
export type TensorDtype = (typeof tensorDtypes)[number];
const tensorSchema = z.strictObject({
  name: z.string().min(1),
  dtype: z.enum(tensorDtypes),
  shape: z.array(dimension).max(8),
});
/** An input that is the same for every frame, such as the image size that boxes refer to. */
const constantSchema = z.strictObject({
  name: z.string().min(1),
  dtype: z.enum(tensorDtypes),
  shape: z.array(z.int().positive()).max(8),
  values: z.array(z.number()).min(1).max(4096),
});
const scores = z.record(z.string(), z.number());

/**
 * Bits of the integer weights, and of the sum of two products with uint8 values. 16: any processor's fastest kernels
 * are exact. 32: x86 processors need VNNI (AVX-VNNI or AVX-512 VNNI) for fast exact kernels; other processors use
 * slower kernels that do not add in 16 bits.
 */
const weightsSchema = z.discriminatedUnion('bits', [
  z.strictObject({ bits: z.literal(7), pairSumBits: z.literal(16) }),
  z.strictObject({ bits: z.literal(8), pairSumBits: z.literal(32) }),
]);

/** How a network of lower precision was made from one in float32 (`windshield quantize`). */
export const quantisationSchema = z.strictObject({
  /** `int8`: integer kernels, 8 bits; `float16`: half the bits of a float. */
  precision: z.enum(['int8', 'float16']),
  /** sha256 of the float32 network. */
  floatSha256: sha256Hex,
  /** The float32 network's scores on the data of `scores`. */
  floatScores: z.record(z.string(), scores),
  /** int8: how the ranges of values were found, and the type of activations. */
  calibration: z
    .strictObject({
      method: z.string(),
      data: z.string(),
      samples: z.int().positive(),
      activations: z.enum(['uint8', 'int8']),
    })
    .optional(),
  /** int8: what the weights require of a processor. Without it, 8 bits are assumed. */
  weights: weightsSchema.optional(),
  /** Layers that stayed in float32. */
  floatLayers: z.array(z.string()),
  command: z.string(),
});
export type Quantisation = z.infer<typeof quantisationSchema>;

/** Whether sums of two products fit in 16 bits, so that no processor's kernels can saturate. */
export function hasNarrowSums({ quantisation }: Pick<Manifest, 'quantisation'>): boolean {
  return quantisation?.weights?.pairSumBits === 16;
}

/** Whether the processor must be shown to add products in more than 16 bits. */
export function needsWideSums({ quantisation }: Pick<Manifest, 'quantisation'>): boolean {
  return quantisation?.precision === 'int8' && quantisation.weights?.pairSumBits !== 16;
}

/** What is known about a network that was not trained by windshield. */
export const adoptionSchema = z.strictObject({
  /** The file's name, or the address it was fetched from. */
  from: z.string(),
  /** As the user stated it. */
  licence: z.string(),
  family: z.string(),
  /** What was concluded from the file, and from what. */
  reasons: z.array(z.string()),
  /** What decided the input spec: scores on labelled pictures, steady answers, the family's default, or user options. */
  feedingBy: z.enum(['labels', 'steadiness', 'family', 'options']),
  command: z.string(),
});
export type Adoption = z.infer<typeof adoptionSchema>;

/** models/<task>/manifest.json: everything that must be known to run, decode and trust one network. */
export const manifestSchema = z.strictObject({
  schemaVersion: z.literal(1),
  task: z.enum(tasks),
  name: z.string().min(1),
  version: z.string().min(1),
  network: z.strictObject({
    file: z.string().regex(/^[A-Za-z0-9._-]+\.onnx$/, 'a plain .onnx file name'),
    sha256: sha256Hex,
    parameters: z.int().nonnegative(),
  }),
  input: z.strictObject({
    tensor: tensorSchema,
    spec: inputSpecSchema,
    constants: z.array(constantSchema).max(8).optional(),
  }),
  outputs: z.array(tensorSchema).min(1),
  decode: outputSpecSchema,
  training: z.strictObject({
    data: z.array(
      z.strictObject({
        name: z.string(),
        count: z.int().nonnegative(),
        licence: z.string(),
        /** Its pictures have no lens distortion: they were undistorted by a calibration, or rendered without a lens. */
        isUndistorted: z.boolean().optional(),
      }),
    ),
    seed: z.int(),
    command: z.string(),
    startedAt: z.string().optional(),
  }),
  /** What the training data permits; absent in bundles that are older than this field. */
  use: z.enum(permittedUses).optional(),
  /** Measured scores by data set, such as {"gtsrb-packed val32": {"accuracy": 0.97}}. */
  scores: z.record(z.string(), scores),
  /** Largest absolute difference from the golden outputs, by execution provider. */
  tolerance: z.record(z.string(), z.number().positive()),
  /** Where a network that windshield did not train came from (`windshield adopt`), and how its input spec was found. */
  adopted: adoptionSchema.optional(),
  /** Absent for a network in float32, as it was trained. */
  quantisation: quantisationSchema.optional(),
});

export type Manifest = z.infer<typeof manifestSchema>;

/** Share of the training pictures that have no lens distortion, 0..1. */
export function undistortedShare({ training: { data } }: Pick<Manifest, 'training'>): number {
  const count = (entries: typeof data) => entries.reduce((sum, entry) => sum + entry.count, 0);
  return count(data.filter(({ isUndistorted }) => isUndistorted)) / Math.max(1, count(data));
}

/**
 * models/<task>/golden.json: an input made from a seed and the outputs that the exporter recorded for it.
 * The input is mulberry32(seed) uniform in [minimum, maximum), in memory order.
 */
export const goldenSchema = z.strictObject({
  input: z.strictObject({
    seed: z.int(),
    minimum: z.number(),
    maximum: z.number(),
    shape: z.array(z.int().positive()),
  }),
  /** For each output: its shape, a sample of flat indices and the values there, in the same order. */
  outputs: z.record(
    z.string(),
    z.strictObject({
      shape: z.array(z.int().positive()),
      indices: z.array(z.int().nonnegative()),
      values: z.array(z.number()),
    }),
  ),
});

export type Golden = z.infer<typeof goldenSchema>;
