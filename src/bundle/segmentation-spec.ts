import { z } from 'zod';

const edgePx = z.int().positive().max(4096);

/**
 * Segmentation. `values` says what the output `scores` holds:
 * - `scores` (when left out): float32 [1, channels, rows, columns], or [1, rows, columns, channels] with
 *   `channels-last`; the class map is the arg max, the lowest class among equals;
 * - `class-ids`: the arg max is inside: numbers of classes, [1, rows, columns], a 1 more before or behind; a number
 *   that no class has counts as class 0;
 * - `probability`, `logit`: one channel, how surely a pixel is of the second of two classes, the same shapes.
 */
export const segmentationOutputSchema = z.strictObject({
  kind: z.literal('segmentation'),
  scores: z.string(),
  values: z.enum(['scores', 'class-ids', 'probability', 'logit']).optional(),
  order: z.enum(['channels-first', 'channels-last']).optional(),
  /**
   * The class map's size where it is not the output's: scores are enlarged before the arg max, bilinearly, pixels being
   * areas whose middles lie at half numbers (`align_corners` off). Numbers of classes cannot be enlarged.
   */
  enlargeTo: z.strictObject({ widthPx: edgePx, heightPx: edgePx }).optional(),
  /** `probability` and `logit`: from which probability on a pixel is of the second class; 0.5 when left out. */
  maskThreshold: z.number().gt(0).lt(1).optional(),
  classes: z.array(z.string().min(1)).min(2).max(255),
  /** For each of the network's channels its class's place in `classes`, where several become one; itself when left out. */
  channelClasses: z.array(z.int().min(0).max(254)).min(2).max(255).optional(),
  /** Red, green, blue 0..255 for each class. */
  paletteRgb: z.array(z.tuple([z.int(), z.int(), z.int()])),
  /** Classes a vehicle may drive on; the free space follows from them. */
  drivable: z.array(z.string()),
});

export type SegmentationOutputSpec = z.infer<typeof segmentationOutputSchema>;

/** How many classes the network itself tells apart. */
export function channelCount({ classes, channelClasses }: SegmentationOutputSpec): number {
  return channelClasses?.length ?? classes.length;
}
