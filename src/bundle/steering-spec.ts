import { z } from 'zod';

/** How a number is read from an output: a scalar, one of several values, or the peak or mean of a distribution over bins. */
const readingFields = {
  /** Index of the value, if the output has several that are not a distribution; 0 by default. */
  at: z.int().nonnegative().max(4096).optional(),
  /** If the output is a distribution: what each of its values stands for, in the network's units. */
  distribution: z
    .strictObject({
      bins: z.array(z.number()).min(2).max(4096),
      values: z.enum(['logits', 'probabilities']),
      /** The bin of the largest value, or the mean of the bins weighed by their probabilities. */
      read: z.enum(['largest', 'mean']),
    })
    .optional(),
};

const readingSchema = z.strictObject({ output: z.string(), ...readingFields });

/**
 * Steering. Output: float32, `steering` [1, 1], or read by `at` and `distribution`; steering angle at the wheels =
 * respond(value) * radPerUnit, positive to the left.
 */
export const steeringOutputSchema = z.strictObject({
  kind: z.literal('steering'),
  steering: z.string(),
  ...readingFields,
  /** Negative if the network's own values are positive to the right. */
  radPerUnit: z.number().min(-100).max(100),
  /**
   * Turns the network's answer into what a driver would steer: respond(value) = sign(value) * gain * |value| ^ exponent.
   * With an exponent above 1 small answers count less. Without it, the value is unchanged.
   */
  response: z
    .strictObject({ gain: z.number().positive(), exponent: z.number().min(1).max(4) })
    .optional(),
  /** The network's throttle, in its own units: published as a suggestion that nothing acts on. */
  throttle: readingSchema.optional(),
  /** Limits applied to what is published. */
  maxAngleRad: z.number().positive(),
  maxRateRadPerS: z.number().positive(),
  /** Distance between the axles, metres: curvature = tan(angle) / wheelbase. */
  wheelbaseM: z.number().positive(),
});

export type SteeringOutputSpec = z.infer<typeof steeringOutputSchema>;
/** How one number is read from an output. */
export type ScalarReading = Pick<SteeringOutputSpec, 'at' | 'distribution'>;

/** Number of values that an output must have to be read: exactly `least` if none may stay unread. */
export function valuesRead({ at, distribution }: ScalarReading): {
  least: number;
  isExact: boolean;
} {
  if (distribution !== undefined) return { least: distribution.bins.length, isExact: true };
  return { least: (at ?? 0) + 1, isExact: at === undefined };
}
