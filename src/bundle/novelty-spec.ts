import { z } from 'zod';

const seconds = z.number().min(0).max(600);

/**
 * How far a frame is from the ordinary ones of a rig, as an autoencoder of those sees it. Outputs: float32, `error` [1, 1],
 * the mean squared error of its reconstruction, and `distance` [1, 1], Mahalanobis' distance of its code and of where in the
 * picture the error lies. Value = distance / threshold: 1 and above is novel.
 */
export const noveltyOutputSchema = z.strictObject({
  kind: z.literal('novelty'),
  error: z.string(),
  distance: z.string(),
  /** Chosen on frames that were held out, for the rate of false alarms below. */
  threshold: z.number().positive(),
  falseAlarmsPerMinute: z.number().positive(),
  /** For how long frames are novel before `novel_scene` is said, and ordinary before it is no longer said. */
  beginS: seconds,
  endS: seconds,
});

export type NoveltyOutputSpec = z.infer<typeof noveltyOutputSchema>;
