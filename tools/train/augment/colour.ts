import type { Random } from '../random.js';

/** value' = (grey + (value - grey) * saturation) * gain + bias, for each channel; values 0..255. */
export interface ColourChange {
  gain: [number, number, number];
  bias: [number, number, number];
  saturation: number;
}

export const noColourChange: ColourChange = { gain: [1, 1, 1], bias: [0, 0, 0], saturation: 1 };

/**
 * Draws a random change of exposure, contrast, white balance and saturation; `strength` 1 varies as much as
 * daylight and cameras do on a road, 0 changes nothing.
 */
export function drawColourChange(random: Random, strength: number): ColourChange {
  const exposure = Math.exp(random.normal() * 0.25 * strength);
  const contrast = Math.exp(random.normal() * 0.2 * strength);
  const lift = random.normal() * 12 * strength;
  const channel = (): [number, number] => {
    const gain = exposure * contrast * Math.exp(random.normal() * 0.06 * strength);
    // Contrast pivots on middle grey.
    return [gain, lift + 128 * (1 - contrast)];
  };
  const [red, green, blue] = [channel(), channel(), channel()];
  return {
    gain: [red[0], green[0], blue[0]],
    bias: [red[1], green[1], blue[1]],
    saturation: Math.max(0, 1 + random.normal() * 0.3 * strength),
  };
}
