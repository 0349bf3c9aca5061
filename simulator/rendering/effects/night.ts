import type { Rasterizer } from '../raster/rasterizer.js';

/** Low beams reach full strength up to this distance, metres, and fade beyond it. */
const fullReachM = 11;
/** Half width of the beam as a tangent. */
const spread = 0.42;

/**
 * Turns a picture drawn in even daylight into night, in place: everything is dimmed to `ambient`, the low beam lights
 * what is ahead and below its cut-off, and glowing pixels (a colour's top byte) keep their brightness.
 */
export function addNight(
  raster: Rasterizer,
  horizonYPx: number,
  ambient: number,
  beam: number,
): void {
  const { target, focalXPx, focalYPx, centreXPx } = raster;
  const { colours, inverseDepths, widthPx, heightPx } = target;
  const across = Float32Array.from({ length: widthPx }, (_, x) => {
    const away = (x + 0.5 - centreXPx) / focalXPx / spread;
    return beam * Math.exp(-away * away);
  });
  for (let y = 0; y < heightPx; y++) {
    const above = (horizonYPx - y) / focalYPx;
    // A little stray light remains above the cut-off, which shows signs.
    const down = above < 0 ? 1 : 0.1 + 0.9 * Math.max(0, 1 - above / 0.03);
    for (let x = 0; x < widthPx; x++) {
      const at = y * widthPx + x;
      const reach = inverseDepths[at]! * fullReachM;
      const near = reach >= 1 ? 1 : reach * Math.sqrt(reach);
      const colour = colours[at]!;
      const glow = (colour >>> 24) / 255;
      const gain = Math.max(ambient + across[x]! * down * near, glow);
      const red = (colour & 255) * gain * (glow > 0.9 ? 1 : 1.03);
      const green = ((colour >>> 8) & 255) * gain;
      const blue = ((colour >>> 16) & 255) * gain * (glow > 0.9 ? 1 : 0.9);
      colours[at] = Math.min(255, red) | (Math.min(255, green) << 8) | (Math.min(255, blue) << 16);
    }
  }
}
