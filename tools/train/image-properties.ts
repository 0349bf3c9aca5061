import type { InputSpec } from '../../src/bundle/input-spec.js';

/** Ranges that ONNX has a name for: the network input values for pixel values 0 and 255. */
const nominalRanges: readonly (readonly [name: string, low: number, high: number])[] = [
  ['NominalRange_0_255', 0, 255],
  ['Normalized_0_1', 0, 1],
  ['Normalized_1_1', -1, 1],
  ['NominalRange_16_235', 16, 235],
];
/** Largest deviation from a range's value that still counts as equal: scales are written with few digits. */
const tolerance = 1e-3;

/**
 * An ONNX file's image properties: those that ONNX lists (onnx/docs/MetadataProps.md), with the values that it lists.
 * Anything without a listed value, such as YUV or a scale for each channel, is omitted; windshield.mean and
 * windshield.scale hold mean and scale in full. Values are (v - mean) * scale for v of 0 to 255.
 */
export function imageProperties({ colour, mean, scale }: InputSpec): Record<string, string> {
  const isRange = ([, low, high]: (typeof nominalRanges)[number]) =>
    mean.every(
      (level, channel) =>
        Math.abs((0 - level) * scale[channel]! - low) < tolerance &&
        Math.abs((255 - level) * scale[channel]! - high) < tolerance,
    );
  const range = nominalRanges.find(isRange);
  return {
    ...(colour !== 'yuv' && {
      'Image.BitmapPixelFormat': colour === 'rgb' ? 'Rgb8' : 'Bgr8',
      // Cameras and picture files deliver encoded values, which are never converted to linear.
      'Image.ColorSpaceGamma': 'SRGB',
    }),
    ...(range && { 'Image.NominalPixelRange': range[0] }),
    'windshield.colour': colour,
    'windshield.mean': mean.join(','),
    'windshield.scale': scale.join(','),
  };
}
