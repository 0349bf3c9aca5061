import { z } from 'zod';

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

export type SteeringOutputSpec = z.infer<typeof steeringOutputSchema>;
