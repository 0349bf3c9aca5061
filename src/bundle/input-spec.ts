import { z } from 'zod';

/** Upper bound for a network's input edge, so that a broken manifest cannot ask for gigabytes. */
const maxEdgePx = 4096;
const triple = z.tuple([z.number(), z.number(), z.number()]);
const level = z.number().min(0).max(255);

/**
 * How a frame becomes a network's input. One definition for training, evaluation, the rig and the browser.
 *
 * The region is cut from the undistorted frame, fitted to widthPx x heightPx, converted to the colour space,
 * and each value v (0..255) becomes (v - mean[c]) * scale[c].
 */
export const inputSpecSchema = z.strictObject({
  /** Part of the frame, [left, top, right, bottom] as shares of its width and height (0..1). */
  regionNorm: z
    .tuple([z.number().min(0), z.number().min(0), z.number().max(1), z.number().max(1)])
    .refine(
      ([left, top, right, bottom]) => right > left && bottom > top,
      'right > left and bottom > top',
    ),
  /**
   * `stretch` fills the input; `letterbox` keeps the aspect ratio, centres, and pads with padValue;
   * `letterbox-top-left` keeps the aspect ratio and pads only on the right and below.
   */
  fit: z.enum(['stretch', 'letterbox', 'letterbox-top-left']),
  /** Input width and height, pixels. */
  widthPx: z.int().positive().max(maxEdgePx),
  heightPx: z.int().positive().max(maxEdgePx),
  /** Channel order; `yuv` is BT.601 full range (JPEG), U and V offset by 128. */
  colour: z.enum(['rgb', 'bgr', 'yuv']),
  layout: z.enum(['nchw', 'nhwc']),
  /** Subtracted from values 0..255, by channel in the given colour order. */
  mean: triple,
  /** Factor applied after the subtraction. */
  scale: triple,
  /** Grey level 0..255 of the padding and of pixels outside the camera's picture, before mean and scale. */
  padValue: z.number().min(0).max(255),
  /** Red, green, blue 0..255 of the same, if it is not grey; replaces padValue. */
  padRgb: z.tuple([level, level, level]).optional(),
});

export type InputSpec = z.infer<typeof inputSpecSchema>;

/** Red, green, blue 0..255 of the input's pixels that show nothing of the frame. */
export function paddingRgb({ padValue, padRgb }: InputSpec): readonly [number, number, number] {
  return padRgb ?? [padValue, padValue, padValue];
}
