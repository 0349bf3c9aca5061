import type { Conditions } from '../world/conditions.js';
import { Random } from '../world/random.js';
import { fractalNoise, type NoiseField } from '../world/textures/noise.js';
import type { Painter } from './raster/painter.js';

let clouds: NoiseField | undefined;
const ridgeSteps = 2048;

/** Fills uncovered pixels with a sky with clouds and a distant wooded ridge along the horizon. */
export function drawSky(
  painter: Painter,
  conditions: Conditions,
  seed: number,
  farTreeId: number,
): void {
  clouds ??= fractalNoise(new Random(3, 9), 1024, 4, 6, 0.55);
  const field = clouds;
  const { raster } = painter;
  const { target, focalXPx, focalYPx, centreXPx, centreYPx } = raster;
  const { widthPx, heightPx, colours, inverseDepths, objectIds } = target;
  const ridge = ridgeLine(seed);
  const random = new Random(seed, 21);
  const driftX = random.range(0, 1024);
  const driftY = random.range(0, 1024);
  const cover = conditions.cloudCover;
  const bright = Math.min(255, 246 * conditions.cloudBright);
  const shadow = bright * (0.62 + 0.3 * (1 - cover));
  const [topR, topG, topB] = conditions.skyTop;
  const [lowR, lowG, lowB] = conditions.skyHorizon;
  const green = conditions.seasonGreen;
  const far = Math.exp(-conditions.hazePerM * 300);
  const level = painter.light.sky[1] + painter.light.sun[1] * 0.3;
  const wood = [64 * green[0] * level, 78 * green[1] * level, 50 * green[2] * level];
  const woodR = wood[0]! * far + lowR * (1 - far);
  const woodG = wood[1]! * far + lowG * (1 - far);
  const woodB = wood[2]! * far + lowB * (1 - far);
  const { forward, right, down } = painter.axes;
  const riseAt = (x: number, cy: number): number => {
    const cx = (x + 0.5 - centreXPx) / focalXPx;
    const dx = forward[0] + right[0] * cx + down[0] * cy;
    const dy = forward[1] + right[1] * cx + down[1] * cy;
    const dz = forward[2] + right[2] * cx + down[2] * cy;
    return dz / Math.max(0.2, Math.sqrt(dx * dx + dy * dy));
  };
  const highestRidge = ridge.reduce((highest, height) => Math.max(highest, height));
  for (let y = 0; y < heightPx; y++) {
    const cy = (y + 0.5 - centreYPx) / focalYPx;
    const first = inverseDepths.subarray(y * widthPx, (y + 1) * widthPx).indexOf(0);
    if (first < 0) continue;
    const lowestRise = Math.min(riseAt(0, cy), riseAt(widthPx / 2, cy), riseAt(widthPx - 1, cy));
    const isAboveRidge = lowestRise > highestRidge + 0.02;
    // The sky is smooth there: every other row repeats the one above it, if that also shows sky.
    const mayRepeat = (y & 1) === 1 && isAboveRidge;
    for (let x = first; x < widthPx; x++) {
      const at = y * widthPx + x;
      if (inverseDepths[at] !== 0) continue;
      // Ideal pixels are finer than captured ones, and the sky is smooth: its pixels are drawn in pairs.
      const isPair = x + 1 < widthPx && inverseDepths[at + 1] === 0;
      if (isPair) x++;
      if (mayRepeat && inverseDepths[at - widthPx] === 0) {
        colours[at] = colours[at - widthPx]!;
        if (isPair) colours[at + 1] = colours[at - widthPx]!;
        continue;
      }
      const cx = (x + 0.5 - centreXPx) / focalXPx;
      const dx = forward[0] + right[0] * cx + down[0] * cy;
      const dy = forward[1] + right[1] * cx + down[1] * cy;
      const dz = forward[2] + right[2] * cx + down[2] * cy;
      // Uses the tangent instead of the angle; it is monotonic for directions ahead of the camera.
      const ahead = 1 / Math.max(0.2, Math.sqrt(dx * dx + dy * dy));
      const rise = dz * ahead;
      if (!isAboveRidge) {
        const turn =
          Math.abs(dx) > Math.abs(dy)
            ? (dy / dx) * 0.5 + (dx > 0 ? 0 : 2)
            : 1 - (dx / dy) * 0.5 + (dy > 0 ? 0 : 2);
        const place = (((turn + 4) / 4) * ridgeSteps) & (ridgeSteps - 1);
        if (rise < ridge[place]!) {
          const mottle =
            field.values[((place * 6) & 1023) + (((rise * 5200) & 1023) << 10)]! * 0.7 + 0.65;
          colours[at] =
            (woodR * mottle) | 0 | (((woodG * mottle) | 0) << 8) | (((woodB * mottle) | 0) << 16);
          objectIds[at] = farTreeId;
          if (isPair) {
            colours[at + 1] = colours[at]!;
            objectIds[at + 1] = farTreeId;
          }
          continue;
        }
      }
      const up = Math.max(0, rise);
      const t = Math.min(1, up * 2.1);
      const ease = t * (2 - t);
      let r = lowR + (topR - lowR) * ease;
      let g = lowG + (topG - lowG) * ease;
      let b = lowB + (topB - lowB) * ease;
      if (up > 0.015) {
        const scale = 140 / (up + 0.16);
        const u = (dx * ahead * scale + driftX) & 1023;
        const v = (dy * ahead * scale + driftY) & 1023;
        const density = (field.values[(v << 10) + u]! - 0.72 + cover * 0.5) * 4.2;
        if (density > 0) {
          const thick = Math.min(1, density) * Math.min(1, up * 9);
          const below = field.values[(((v + 18) & 1023) << 10) + ((u + 14) & 1023)]!;
          const tone =
            shadow +
            (bright - shadow) * Math.min(1, Math.max(0, 1.35 - density * 0.8 + (0.5 - below)));
          r += (tone - r) * thick;
          g += (tone - g) * thick;
          b += (tone * 1.015 - b) * thick;
        }
      }
      colours[at] =
        (r > 255 ? 255 : r | 0) | ((g > 255 ? 255 : g | 0) << 8) | ((b > 255 ? 255 : b | 0) << 16);
      if (isPair) colours[at + 1] = colours[at]!;
    }
  }
}

let knownRidge: { seed: number; ridge: Float32Array } | undefined;

/** Height of the distant ridge over the horizon as a tangent, for each step around; shared by a drive's frames. */
function ridgeLine(seed: number): Float32Array {
  if (knownRidge?.seed !== seed) knownRidge = { seed, ridge: drawRidge(seed) };
  return knownRidge.ridge;
}

function drawRidge(seed: number): Float32Array {
  const random = new Random(seed, 22);
  const ridge = new Float32Array(ridgeSteps);
  const base = random.range(0.004, 0.03);
  const waves = Array.from({ length: 9 }, (_, i) => ({
    times: Math.round(random.range(2, 6) * 1.9 ** i),
    phase: random.range(0, 6.2832),
    size: (random.range(0.3, 1) * base) / 1.5 ** i,
  }));
  for (let i = 0; i < ridgeSteps; i++) {
    let height = base;
    for (const wave of waves)
      height += wave.size * Math.sin((i / ridgeSteps) * 6.2832 * wave.times + wave.phase);
    ridge[i] = Math.max(-0.01, height);
  }
  return ridge;
}
