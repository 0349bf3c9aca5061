import { z } from 'zod';

const edgePx = z.int().positive().max(4096);

/**
 * Segmentation. `values` says what the output `scores` holds:
 * - `scores` (default): float32 [1, channels, rows, columns], or [1, rows, columns, channels] with
 *   `channels-last`; the class map is the arg max, the lowest class among equals;
 * - `class-ids`: the network computes the arg max: class ids, [1, rows, columns], [1, 1, rows, columns] or
 *   [1, rows, columns, 1]; an id that no class has counts as class 0;
 * - `probability`, `logit`: one channel, how likely a pixel is of the second of two classes, the same shapes.
 */
export const segmentationOutputSchema = z.strictObject({
  kind: z.literal('segmentation'),
  scores: z.string(),
  values: z.enum(['scores', 'class-ids', 'probability', 'logit']).optional(),
  order: z.enum(['channels-first', 'channels-last']).optional(),
  /**
   * The class map's size if it is not the output's: scores are enlarged bilinearly before the arg max. Pixels are areas
   * whose centres have half coordinates (`align_corners` off). Class ids cannot be enlarged.
   */
  enlargeTo: z.strictObject({ widthPx: edgePx, heightPx: edgePx }).optional(),
  /** `probability` and `logit`: a pixel is of the second class above this probability; 0.5 by default. */
  maskThreshold: z.number().gt(0).lt(1).optional(),
  classes: z.array(z.string().min(1)).min(2).max(255),
  /** For each of the network's channels its class's index in `classes`, if channels are merged; its own index by default. */
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
