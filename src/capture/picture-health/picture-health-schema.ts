import { z } from 'zod';

/** All codes of the picture's health, in the order in which they are reported. */
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
  frozenS: seconds(2).describe('picture_frozen: no sample has changed for this many seconds.'),
  blackBelow: z
    .number()
    .min(0)
    .max(255)
    .default(20)
    .describe('picture_black: 98 % of the picture are below this luma, 0 to 255.'),
  overexposedShare: share(0.5).describe(
    'picture_overexposed: this share of the picture has a luma of 250 or more.',
  ),
  blurredBelow: share(0.2).describe(
    'picture_blurred: the median edge takes less than this share of its height in its steepest step.',
  ),
  dirtyShare: share(0.008).describe(
    'lens_dirty: spots of this share of the picture have not moved for 24 s while the scene did. 1 turns the check off.',
  ),
  lowRateShare: share(0.6).describe('picture_low_rate: less than this share of the nominal rate.'),
  driftedDeg: z
    .number()
    .positive()
    .max(90)
    .default(0.8)
    .describe(
      'calibration_drifted: the camera looks this many degrees higher or lower than its mount says, judged by where straight lanes meet. 90 turns the check off.',
    ),
  beginS: seconds(1).describe('A fault is reported after it has lasted this many seconds.'),
  endS: seconds(2).describe('A report ends after the fault has been gone for this many seconds.'),
  stopsSteering: z
    .array(z.enum(pictureCodes))
    .default([])
    .describe('Skip steering while one of these faults is reported.'),
});

type Parsed = z.infer<typeof pictureHealthSchema>;
export type PictureHealthConfig = Readonly<Omit<Parsed, 'stopsSteering'>> & {
  readonly stopsSteering: readonly PictureCode[];
};
