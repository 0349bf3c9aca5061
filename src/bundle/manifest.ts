import { z } from 'zod';
import { PerceptionError } from '../frame/perception-error.js';
import { inputSpecSchema } from './input-spec.js';
import { outputSpecSchema } from './output-spec.js';
import { permittedUses } from './permitted-use.js';
import { type Task, tasks } from './task-table.js';

export { type Task, tasks };
/** Kinds of labels that data sets hold, by the task that is trained on them here. */
export const labelledTasks = ['detection', 'signs', 'segmentation', 'steering'] as const;
export type LabelledTask = (typeof labelledTasks)[number];

/**
 * The kind of labels that a task is scored on: lights are, like signs, crops that have a class each. Throws ERR_USAGE for a
 * task without labels.
 */
export function labelsOf(task: Task): LabelledTask {
  const kind = labelledTasks.find((name) => name === (task === 'lights' ? 'signs' : task));
  if (kind !== undefined) return kind;
  throw new PerceptionError(
    'ERR_USAGE',
    `expected a task that data sets hold labels for (${labelledTasks.join(', ')}, lights), found ${task}`,
  );
}
/** Tasks that networks can be scored for. */
export const scoredTasks: readonly Task[] = tasks.filter(
  (task) => task === 'lights' || labelledTasks.some((name) => name === task),
);

const sha256Hex = z.string().regex(/^[0-9a-f]{64}$/, '64 hexadecimal digits');
/** A dimension: a number, or a name for one that varies (the sign network's batch). */
const dimension = z.union([z.int().positive(), z.string().min(1)]);
/** Types that tensors may have; whatever the network's is, it is written and read as float32 here. */
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
/** An input that is the same for every frame, such as the size that boxes are answered in. */
const constantSchema = z.strictObject({
  name: z.string().min(1),
  dtype: z.enum(tensorDtypes),
  shape: z.array(z.int().positive()).max(8),
  values: z.array(z.number()).min(1).max(4096),
});
const scores = z.record(z.string(), z.number());

/**
 * Integer weights, and the bits that the sum of two products with uint8 values takes. 16: any processor's fastest kernels
 * are exact. 32: x86 processors need VNNI (AVX-VNNI or AVX-512 VNNI) for fast exact kernels; on others the slower
 * ones are taken that do not add in 16 bits.
 */
const weightsSchema = z.discriminatedUnion('bits', [
  z.strictObject({ bits: z.literal(7), pairSumBits: z.literal(16) }),
  z.strictObject({ bits: z.literal(8), pairSumBits: z.literal(32) }),
]);

/** How a network of fewer bits was made from one in float32 (`windshield quantize`). */
export const quantisationSchema = z.strictObject({
  /** `int8`: integer kernels, 8 bits; `float16`: half the bits of a float. */
  precision: z.enum(['int8', 'float16']),
  /** sha256 of the float32 network. */
  floatSha256: sha256Hex,
  /** That network's scores on the data of `scores`. */
  floatScores: z.record(z.string(), scores),
  /** int8: how the ranges of values were found, and of which type activations are. */
  calibration: z
    .strictObject({
      method: z.string(),
      data: z.string(),
      samples: z.int().positive(),
      activations: z.enum(['uint8', 'int8']),
    })
    .optional(),
  /** int8: what its weights ask of a processor. Without it they are taken for 8 bits. */
  weights: weightsSchema.optional(),
  /** Layers that stayed in float32. */
  floatLayers: z.array(z.string()),
  command: z.string(),
});
export type Quantisation = z.infer<typeof quantisationSchema>;

/** Whether sums of two products fit 16 bits, so that no processor's kernels can saturate. */
export function hasNarrowSums({ quantisation }: Pick<Manifest, 'quantisation'>): boolean {
  return quantisation?.weights?.pairSumBits === 16;
}

/** Whether a processor must be proven to add products in more than 16 bits. */
export function needsWideSums({ quantisation }: Pick<Manifest, 'quantisation'>): boolean {
  return quantisation?.precision === 'int8' && quantisation.weights?.pairSumBits !== 16;
}

/** What is known of a network that came from elsewhere. */
export const adoptionSchema = z.strictObject({
  /** The file's name, or the address that it was fetched from. */
  from: z.string(),
  /** As the user stated it. */
  licence: z.string(),
  family: z.string(),
  /** What was concluded from the file, and from what. */
  reasons: z.array(z.string()),
  /** How the feeding was chosen: by scores on labelled pictures, by the steadiness of the answers, or as the family is fed. */
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
        /** The lens was taken out of its pictures: they were calibrated, or rendered without one. */
        isUndistorted: z.boolean().optional(),
      }),
    ),
    seed: z.int(),
    command: z.string(),
    startedAt: z.string().optional(),
  }),
  /** What the data that it learnt from permits; absent in bundles of before this was asked. */
  use: z.enum(permittedUses).optional(),
  /** Measured scores by data set, such as {"gtsrb-packed val32": {"accuracy": 0.97}}. */
  scores: z.record(z.string(), scores),
  /** Largest absolute difference from the golden outputs, by execution provider. */
  tolerance: z.record(z.string(), z.number().positive()),
  /** Where a network that was not trained here came from (`windshield adopt`), and how its feeding was found. */
  adopted: adoptionSchema.optional(),
  /** Absent for a network as it was trained, in float32. */
  quantisation: quantisationSchema.optional(),
});

export type Manifest = z.infer<typeof manifestSchema>;

/** Share of the pictures that it learnt from without a lens in them, 0..1. */
export function undistortedShare({ training: { data } }: Pick<Manifest, 'training'>): number {
  const count = (entries: typeof data) => entries.reduce((sum, entry) => sum + entry.count, 0);
  return count(data.filter(({ isUndistorted }) => isUndistorted)) / Math.max(1, count(data));
}

/**
 * models/<task>/golden.json: an input made from a seed and the outputs that the exporter saw on it.
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
