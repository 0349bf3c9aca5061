import { z } from 'zod';

/**
 * Classifiers of crops. Output: `logits` float32 [N, classes]; probability = softmax(logits / temperature).
 */
const crops = {
  logits: z.string(),
  /** What the output holds; `logits` by default. */
  values: z.enum(['logits', 'probabilities']).optional(),
  /**
   * `one` (default): a crop has one class. `labels`: any number of classes may apply to a crop, each with
   * probability = logistic(logit / temperature).
   */
  answers: z.enum(['one', 'labels']).optional(),
  classes: z.array(z.string().min(1)).min(2).max(1000),
  temperature: z.number().positive(),
  /** Below this probability the network abstains: class id -1. Labels below it are omitted. */
  abstainBelow: z.number().min(0).max(1),
  /** Largest batch of crops in one run. */
  maxBatch: z.int().positive().max(256),
  /** The detector's class or classes whose boxes are cropped, and the share of its size that a box grows by on each side. */
  cropFrom: z.union([z.string(), z.array(z.string()).min(1).max(100)]),
  cropMarginNorm: z.number().min(0).max(1),
};

/** Traffic signs: readings accumulate along a track, because a sign does not change. */
export const signsOutputSchema = z.strictObject({ kind: z.literal('signs'), ...crops });
/** Traffic lights, or anything else whose state changes: a reading covers its frame and the few before it. */
export const lightsOutputSchema = z.strictObject({ kind: z.literal('lights'), ...crops });

export type SignsOutputSpec = z.infer<typeof signsOutputSchema>;
export type LightsOutputSpec = z.infer<typeof lightsOutputSchema>;
export type CropOutputSpec = SignsOutputSpec | LightsOutputSpec;

/** The detector's classes whose boxes are cropped. */
export function croppedClasses({ cropFrom }: Pick<CropOutputSpec, 'cropFrom'>): readonly string[] {
  return typeof cropFrom === 'string' ? [cropFrom] : cropFrom;
}
