import { z } from 'zod';

/** Default boxes of one feature map (Liu et al. 2016, SSD, section 2.2). Sizes are shares of the input. */
export const featureMapSchema = z.strictObject({
  rows: z.int().positive().max(512),
  columns: z.int().positive().max(512),
  /** Width and height of each default box at every cell, as shares of the input's width and height. */
  boxSizesNorm: z
    .array(z.tuple([z.number().positive(), z.number().positive()]))
    .min(1)
    .max(16),
});

/**
 * Detection. Outputs: `offsets` float32 [1, A, 4] (centre x, centre y, log width, log height, divided by the
 * variances) and `logits` float32 [1, A, 1 + classes] with background first. A counts the default boxes in
 * order feature map, row, column, box.
 */
export const detectionOutputSchema = z.strictObject({
  kind: z.literal('ssd'),
  offsets: z.string(),
  logits: z.string(),
  featureMaps: z.array(featureMapSchema).min(1).max(16),
  /** [centre, size], 0.1 and 0.2 in the paper's implementation. */
  variances: z.tuple([z.number().positive(), z.number().positive()]),
  classes: z.array(z.string()).min(1).max(1000),
  scoreThreshold: z.number().min(0).max(1),
  /** IoU above which the lower-scored box of the same class is suppressed. */
  nmsIou: z.number().min(0).max(1),
  maxDetections: z.int().positive().max(1000),
});

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

/** Segmentation. Output: `scores` float32 [1, classes, rows, columns]; the class map is the arg max. */
export const segmentationOutputSchema = z.strictObject({
  kind: z.literal('segmentation'),
  scores: z.string(),
  classes: z.array(z.string()).min(2).max(255),
  /** Red, green, blue 0..255 for each class. */
  paletteRgb: z.array(z.tuple([z.int(), z.int(), z.int()])),
  /** Classes a vehicle may drive on; the free space follows from them. */
  drivable: z.array(z.string()),
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
  detectionOutputSchema,
  signsOutputSchema,
  segmentationOutputSchema,
  steeringOutputSchema,
]);

export type FeatureMapSpec = z.infer<typeof featureMapSchema>;
export type DetectionOutputSpec = z.infer<typeof detectionOutputSchema>;
export type SignsOutputSpec = z.infer<typeof signsOutputSchema>;
export type SegmentationOutputSpec = z.infer<typeof segmentationOutputSchema>;
export type SteeringOutputSpec = z.infer<typeof steeringOutputSchema>;
export type OutputSpec = z.infer<typeof outputSpecSchema>;
