import { z } from 'zod';

const seconds = z.number().min(0).max(600);

/**
 * How far a frame is from a rig's ordinary frames, by an autoencoder trained on those. Outputs: float32, `error` [1, 1],
 * the mean squared error of the reconstruction, and `distance` [1, 1], the Mahalanobis distance of the code and of where
 * in the picture the error is. Value = distance / threshold: 1 and above is novel.
 */
export const noveltyOutputSchema = z.strictObject({
  kind: z.literal('novelty'),
  error: z.string(),
  distance: z.string(),
  /** Chosen on held-out frames for the false-alarm rate below. */
  threshold: z.number().positive(),
  falseAlarmsPerMinute: z.number().positive(),
  /** How long frames must be novel before `novel_scene` is reported, and ordinary before it is cleared. */
  beginS: seconds,
  endS: seconds,
});

export type NoveltyOutputSpec = z.infer<typeof noveltyOutputSchema>;
