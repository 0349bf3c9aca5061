import { z } from 'zod';

/** Where the steering leads, against the middle of the free space and the lane's centre. */
export const steeringCheckSchema = z.strictObject({
  speedMps: z
    .number()
    .positive()
    .max(100)
    .describe('Speed of the vehicle, m/s: how far it gets in `aheadS`.'),
  aheadS: z
    .number()
    .positive()
    .max(5)
    .default(1)
    .describe('How far ahead the steering is compared, seconds of driving.'),
  laneWidthM: z.number().min(1.5).max(10).default(3.5).describe('Width of a lane, metres.'),
  drivesOn: z.enum(['right', 'left']).default('right').describe('Side of the road.'),
  thresholdM: z
    .number()
    .positive()
    .max(100)
    .default(0.5)
    .describe(
      'Disagreement with the lane or the recorded driver, metres, from which results say `steering_disagrees`.',
    ),
});

/** What stands here takes the place of what the bundle was trained with. */
export const noveltySchema = z.strictObject({
  threshold: z
    .number()
    .positive()
    .optional()
    .describe("Mahalanobis distance from which a frame is novel (default: the bundle's)."),
  beginS: z
    .number()
    .min(0)
    .max(600)
    .optional()
    .describe("Seconds of novel frames before `novel_scene` begins (default: the bundle's)."),
  endS: z
    .number()
    .min(0)
    .max(600)
    .optional()
    .describe("Seconds of ordinary frames before `novel_scene` ends (default: the bundle's)."),
  stopsSteering: z.boolean().default(false).describe('Skip steering while `novel_scene` lasts.'),
});
