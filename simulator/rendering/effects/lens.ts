import type { LensSpot } from '../../world/effects.js';
import { Random } from '../../world/random.js';

/** Streaks of rain over a packed rgb8 picture, in place. `strength` 0..1. */
export function addRain(
  picture: Uint8Array,
  widthPx: number,
  heightPx: number,
  strength: number,
  seed: number,
): void {
  const random = new Random(seed, 31);
  const count = Math.round(strength * widthPx * 1.1);
  const slant = random.range(-0.25, 0.25);
  for (let streak = 0; streak < count; streak++) {
    const nearness = random.next();
    const lengthPx = heightPx * (0.02 + 0.1 * nearness * nearness);
    const opacity = 0.06 + 0.16 * nearness * random.next();
    const fromX = random.range(0, widthPx);
    const fromY = random.range(-lengthPx, heightPx);
    for (let step = 0; step < lengthPx; step++) {
      const x = Math.round(fromX + slant * step);
      const y = Math.round(fromY + step);
      if (x < 0 || x >= widthPx || y < 0 || y >= heightPx) continue;
      const at = (y * widthPx + x) * 3;
      for (let k = 0; k < 3; k++) {
        picture[at + k] = picture[at + k]! + (208 - picture[at + k]!) * opacity;
      }
    }
  }
}

/** Drops on the glass, in place: each shows its surroundings upside down, darker at its rim. */
export function addDrops(
  picture: Uint8Array,
  widthPx: number,
  heightPx: number,
  drops: readonly LensSpot[],
): void {
  const before = picture.slice();
  eachSpotPixel(widthPx, heightPx, drops, (at, dx, dy, drop) => {
    const away = dx * dx + dy * dy;
    const radiusPx = drop.radiusNorm * widthPx;
    const x = drop.xNorm * widthPx - dx * radiusPx * 3;
    const y = drop.yNorm * heightPx - dy * radiusPx * 3;
    const column = Math.min(widthPx - 1, Math.max(0, Math.round(x)));
    const row = Math.min(heightPx - 1, Math.max(0, Math.round(y)));
    const from = (row * widthPx + column) * 3;
    const cover = drop.opacity * Math.min(1, (1 - away) * 3);
    const rim = away > 0.6 ? 0.72 : 1.04;
    for (let k = 0; k < 3; k++) {
      const seen = Math.min(255, before[from + k]! * rim);
      picture[at + k] = picture[at + k]! * (1 - cover) + seen * cover;
    }
  });
}

/** Dirt too near to be sharp, in place: soft brownish patches. */
export function addDirt(
  picture: Uint8Array,
  widthPx: number,
  heightPx: number,
  spots: readonly LensSpot[],
): void {
  eachSpotPixel(widthPx, heightPx, spots, (at, dx, dy, spot) => {
    const soft = 1 - dx * dx - dy * dy;
    const cover = spot.opacity * soft;
    picture[at] = picture[at]! * (1 - cover) + 92 * cover;
    picture[at + 1] = picture[at + 1]! * (1 - cover) + 84 * cover;
    picture[at + 2] = picture[at + 2]! * (1 - cover) + 74 * cover;
  });
}

/** The glare of a low sun, in place: white at its place in the picture (pixels), fading with distance. */
export function addGlare(
  picture: Uint8Array,
  widthPx: number,
  heightPx: number,
  sunXPx: number,
  sunYPx: number,
  veil: number,
): void {
  const scale = 1 / (0.16 * widthPx) ** 2;
  for (let y = 0; y < heightPx; y++) {
    for (let x = 0; x < widthPx; x++) {
      const away = ((x - sunXPx) ** 2 + (y - sunYPx) ** 2) * scale;
      const light = veil * (0.75 / (1 + away * 3) + 0.9 / (1 + away * 90) + 0.12);
      const at = (y * widthPx + x) * 3;
      picture[at] = Math.min(255, picture[at]! + 255 * light);
      picture[at + 1] = Math.min(255, picture[at + 1]! + 246 * light);
      picture[at + 2] = Math.min(255, picture[at + 2]! + 222 * light);
    }
  }
}

/** Calls for each pixel of each spot; dx, dy from -1 to 1 within it. */
function eachSpotPixel(
  widthPx: number,
  heightPx: number,
  spots: readonly LensSpot[],
  take: (at: number, dx: number, dy: number, spot: LensSpot) => void,
): void {
  for (const spot of spots) {
    const radiusPx = spot.radiusNorm * widthPx;
    const x0 = spot.xNorm * widthPx;
    const y0 = spot.yNorm * heightPx;
    for (
      let y = Math.max(0, Math.ceil(y0 - radiusPx));
      y < Math.min(heightPx, y0 + radiusPx);
      y++
    ) {
      for (
        let x = Math.max(0, Math.ceil(x0 - radiusPx));
        x < Math.min(widthPx, x0 + radiusPx);
        x++
      ) {
        const dx = (x - x0) / radiusPx;
        const dy = (y - y0) / radiusPx;
        if (dx * dx + dy * dy < 1) take((y * widthPx + x) * 3, dx, dy, spot);
      }
    }
  }
}
