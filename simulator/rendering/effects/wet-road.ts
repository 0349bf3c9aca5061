import type { Rasterizer } from '../raster/rasterizer.js';

/** Depths at which a mirrored ray is looked up, as multiples of the mirroring point's depth. */
const reaches = [1.12, 1.3, 1.55, 1.9, 2.5, 3.5, 5.5, 10];

/**
 * Makes ground pixels of `groundIds` dark and mirroring, in place. The mirrored ray of a level road is followed over
 * the picture itself (screen-space reflection); if it hits nothing it shows the sky. `cameraM` is the camera's height
 * over the road, `wetness` 0..1.
 */
export function addWetRoad(
  raster: Rasterizer,
  horizonYPx: number,
  cameraM: number,
  wetness: number,
  groundIds: readonly number[],
): void {
  const { target, focalYPx } = raster;
  const { colours, inverseDepths, objectIds, widthPx, heightPx } = target;
  for (let y = Math.max(1, Math.ceil(horizonYPx) + 1); y < heightPx; y++) {
    const below = (y + 0.5 - horizonYPx) / focalYPx;
    // Water mirrors more at flatter angles.
    const mirrored = wetness * (0.06 + 0.5 * Math.exp(-below * 9));
    const kept = (1 - 0.42 * wetness) * (1 - mirrored);
    for (let x = 0; x < widthPx; x++) {
      const at = y * widthPx + x;
      if (!groundIds.includes(objectIds[at]!)) continue;
      const depthM = 1 / inverseDepths[at]!;
      let from = Math.max(0, Math.round(2 * horizonYPx - y)) * widthPx + x;
      for (const reach of reaches) {
        const hitY = Math.round(horizonYPx + (focalYPx * cameraM * (2 - reach)) / (reach * depthM));
        if (hitY < 0 || hitY >= y) continue;
        const hit = hitY * widthPx + x;
        const inverse = inverseDepths[hit]!;
        if (inverse === 0 || inverse * depthM * reach < 0.98) continue;
        if (!groundIds.includes(objectIds[hit]!)) from = hit;
        break;
      }
      const own = colours[at]!;
      const seen = colours[from]!;
      colours[at] =
        ((own & 255) * kept + (seen & 255) * mirrored) |
        ((((own >>> 8) & 255) * kept + ((seen >>> 8) & 255) * mirrored) << 8) |
        ((((own >>> 16) & 255) * kept + ((seen >>> 16) & 255) * mirrored) << 16);
    }
  }
}
