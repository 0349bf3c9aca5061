import { z } from 'zod';
import { type CropOutputSpec, lightsOutputSchema, signsOutputSchema } from './crop-spec.js';
import { type DetectionOutputSpec, detectionOutputSchemas } from './detection-spec.js';
import { segmentationOutputSchema } from './segmentation-spec.js';

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
  lightsOutputSchema,
  segmentationOutputSchema,
  steeringOutputSchema,
]);

export type { CropOutputSpec, SignsOutputSpec } from './crop-spec.js';
export type {
  DetectionOutputSpec,
  FeatureMapSpec,
  SsdOutputSpec,
} from './detection-spec.js';
export type { SegmentationOutputSpec } from './segmentation-spec.js';
export type SteeringOutputSpec = z.infer<typeof steeringOutputSchema>;
export type OutputSpec = z.infer<typeof outputSpecSchema>;

/** The task that a decoding belongs to. */
export function taskOfDecoding(
  decode: OutputSpec,
): 'detection' | 'signs' | 'lights' | 'segmentation' | 'steering' {
  switch (decode.kind) {
    case 'signs':
    case 'lights':
    case 'segmentation':
    case 'steering':
      return decode.kind;
    default:
      return 'detection';
  }
}

/** Whether a network classifies crops of the detector's boxes, a batch at a time. */
export function readsCrops(decode: OutputSpec): decode is CropOutputSpec {
  return decode.kind === 'signs' || decode.kind === 'lights';
}

export function isDetection(decode: OutputSpec): decode is DetectionOutputSpec {
  return taskOfDecoding(decode) === 'detection';
}
