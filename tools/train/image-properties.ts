import type { InputSpec } from '../../src/bundle/input-spec.js';

/** Ranges that ONNX has a name for: the values of 0 and of 255 as a network is given them. */
const nominalRanges: readonly (readonly [name: string, low: number, high: number])[] = [
  ['NominalRange_0_255', 0, 255],
  ['Normalized_0_1', 0, 1],
  ['Normalized_1_1', -1, 1],
  ['NominalRange_16_235', 16, 235],
];
/** Largest difference of a value that still counts as the range's: scales are written with few digits. */
const tolerance = 1e-3;

/**
 * What an ONNX file says of its pictures: the properties that ONNX lists (onnx/docs/MetadataProps.md), with the values that
 * it lists. What it has no value for, YUV for one, or a scale for each channel, is left out; mean and scale stand in
 * windshield.mean and windshield.scale in full. Values are (v - mean) * scale for v of 0 to 255.
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
      // Cameras and picture files deliver encoded values, and nothing here makes them linear.
      'Image.ColorSpaceGamma': 'SRGB',
    }),
    ...(range && { 'Image.NominalPixelRange': range[0] }),
    'windshield.colour': colour,
    'windshield.mean': mean.join(','),
    'windshield.scale': scale.join(','),
  };
}
