import { z } from 'zod';

/** A number that is read of an output: a scalar, one of several values, or the middle of a distribution over bins. */
const readingFields = {
  /** Which value of the output, where it has several that are no distribution; the first when left out. */
  at: z.int().nonnegative().max(4096).optional(),
  /** Where the output is a distribution: what each of its values stands for, in the network's units. */
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
 * Steering. Output: float32, `steering` [1, 1] or as `at` and `distribution` say; steering angle at the wheels =
 * respond(value) * radPerUnit, positive to the left.
 */
export const steeringOutputSchema = z.strictObject({
  kind: z.literal('steering'),
  steering: z.string(),
  ...readingFields,
  /** Below 0 where the network's own values are positive to the right. */
  radPerUnit: z.number().min(-100).max(100),
  /**
   * How a driver answers to what the network answers: respond(value) = sign(value) * gain * |value| ^ exponent. Above an
   * exponent of 1 small answers count less. The value itself when left out.
   */
  response: z
    .strictObject({ gain: z.number().positive(), exponent: z.number().min(1).max(4) })
    .optional(),
  /** What it says of the throttle, in its own units: published as a suggestion, and nothing acts on it. */
  throttle: readingSchema.optional(),
  /** Limits applied to what is published. */
  maxAngleRad: z.number().positive(),
  maxRateRadPerS: z.number().positive(),
  /** Distance between the axles, metres: curvature = tan(angle) / wheelbase. */
  wheelbaseM: z.number().positive(),
});

export type SteeringOutputSpec = z.infer<typeof steeringOutputSchema>;
/** How one number is read of an output. */
export type ScalarReading = Pick<SteeringOutputSpec, 'at' | 'distribution'>;

/** Values that an output must have for a reading of it: exactly so many where none may be left unread. */
export function valuesRead({ at, distribution }: ScalarReading): {
  least: number;
  isExact: boolean;
} {
  if (distribution !== undefined) return { least: distribution.bins.length, isExact: true };
  return { least: (at ?? 0) + 1, isExact: at === undefined };
}
