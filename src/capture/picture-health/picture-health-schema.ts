import { z } from 'zod';

/** Everything that can be said of a picture, in the order in which it is said. */
export const pictureCodes = [
  'picture_frozen',
  'picture_black',
  'picture_overexposed',
  'picture_blurred',
  'lens_dirty',
  'picture_wrong_size',
  'picture_low_rate',
  'calibration_drifted',
] as const;
export type PictureCode = (typeof pictureCodes)[number];

const share = (usual: number) => z.number().min(0).max(1).default(usual);
const seconds = (usual: number) => z.number().positive().max(600).default(usual);

/** Thresholds of the picture's health. docs/cameras.md says how each was found. */
export const pictureHealthSchema = z.strictObject({
  /** Not one sample changes for this long. */
  frozenS: seconds(2),
  /** Luma (0..255) that 98 % of the picture stay below. */
  blackBelow: z.number().min(0).max(255).default(20),
  /** Share of the picture at luma 250 or more. */
  overexposedShare: share(0.5),
  /** Steepest step of an edge as a share of its height, in the median of the edges. */
  blurredBelow: share(0.2),
  /** Share of the picture that a spot takes which stands still for 24 s while the scene around it moves; 1: not looked for. */
  dirtyShare: share(0.008),
  /** Share of the nominal rate. */
  lowRateShare: share(0.6),
  /** The camera looks so much further up or down than its mount says, degrees, by where straight lanes meet; 90: not looked for. */
  driftedDeg: z.number().positive().max(90).default(0.8),
  /** For how long a thing holds before it is said, and is gone before it is no longer said. */
  beginS: seconds(1),
  endS: seconds(2),
  /** While one of these is said, steering is skipped. */
  stopsSteering: z.array(z.enum(pictureCodes)).default([]),
});

type Parsed = z.infer<typeof pictureHealthSchema>;
export type PictureHealthConfig = Readonly<Omit<Parsed, 'stopsSteering'>> & {
  readonly stopsSteering: readonly PictureCode[];
};
