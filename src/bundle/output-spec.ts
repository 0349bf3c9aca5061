import { z } from 'zod';
import { type DetectionOutputSpec, detectionOutputSchemas } from './detection-spec.js';
import { segmentationOutputSchema } from './segmentation-spec.js';

/** Signs. Output: `logits` float32 [N, classes]; probability = softmax(logits / temperature). */
export const signsOutputSchema = z.strictObject({
  kind: z.literal('signs'),
  logits: z.string(),
  classes: z.array(z.string()).min(2).max(1000),
  temperature: z.number().positive(),
  /** Below this probability the network abstains: class id -1. */
  abstainBelow: z.number().min(0).max(1),
  /** Largest batch of crops in one run. */
  maxBatch: z.int().positive().max(256),
  /** The detector's class whose boxes are cropped, and by what share of its size each box grows on every side. */
  cropFrom: z.string(),
  cropMarginNorm: z.number().min(0).max(1),
});

/**
 * Steering. Output: `steering` float32 [1, 1]; steering angle at the wheels = respond(value) * radPerUnit, positive to
 * the left.
 */
export const steeringOutputSchema = z.strictObject({
  kind: z.literal('steering'),
  steering: z.string(),
  radPerUnit: z.number().min(-100).max(100),
  /**
   * How a driver answers to what the network answers: respond(value) = sign(value) * gain * |value| ^ exponent. Above an
   * exponent of 1 small answers count less. The value itself when left out.
   */
  response: z
    .strictObject({ gain: z.number().positive(), exponent: z.number().min(1).max(4) })
    .optional(),
  /** Limits applied to what is published. */
  maxAngleRad: z.number().positive(),
  maxRateRadPerS: z.number().positive(),
  /** Distance between the axles, metres: curvature = tan(angle) / wheelbase. */
  wheelbaseM: z.number().positive(),
});

export const outputSpecSchema = z.discriminatedUnion('kind', [
  ...detectionOutputSchemas,
  signsOutputSchema,
  segmentationOutputSchema,
  steeringOutputSchema,
]);

export type {
  DetectionKind,
  DetectionOutputSpec,
  FeatureMapSpec,
  SsdOutputSpec,
} from './detection-spec.js';
export type { SegmentationOutputSpec } from './segmentation-spec.js';
export type SignsOutputSpec = z.infer<typeof signsOutputSchema>;
export type SteeringOutputSpec = z.infer<typeof steeringOutputSchema>;
export type OutputSpec = z.infer<typeof outputSpecSchema>;

/** The task that a decoding belongs to. */
export function taskOfDecoding(
  decode: OutputSpec,
): 'detection' | 'signs' | 'segmentation' | 'steering' {
  switch (decode.kind) {
    case 'signs':
    case 'segmentation':
    case 'steering':
      return decode.kind;
    default:
      return 'detection';
  }
}

export function isDetection(decode: OutputSpec): decode is DetectionOutputSpec {
  return taskOfDecoding(decode) === 'detection';
}
