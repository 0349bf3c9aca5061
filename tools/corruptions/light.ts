import { at, type Corruption, mapped, shorterEdgePx } from './corruption.js';

/** Gaussian sensor noise with the same standard deviation in every channel. */
export const noise: Corruption = (picture, strength, random) => {
  const deviation = at([6, 12, 20, 32, 48], strength);
  return mapped(picture, (level) => level + deviation * random.normal());
};

/** Grey haze, denser towards the horizon (upper half) than near the car. */
export const fog: Corruption = (picture, strength) => {
  const { widthPx, heightPx } = picture;
  const far = at([0.35, 0.5, 0.65, 0.78, 0.9], strength);
  return mapped(picture, (level, i) => {
    const y = Math.floor(i / 3 / widthPx) / heightPx;
    const share = far * (y < 0.5 ? 1 : 1 - (y - 0.5) * 1.2);
    return level * (1 - share) + 205 * share;
  });
};

/** Low light: dark, bluish, and noisy because the camera amplifies. */
export const night: Corruption = (picture, strength, random) => {
  const gain = at([0.5, 0.36, 0.25, 0.17, 0.1], strength);
  const deviation = at([3, 5, 7, 9, 11], strength);
  const tint = [0.85, 0.95, 1.15] as const;
  return mapped(picture, (level, i) => level * gain * tint[i % 3]! + deviation * random.normal());
};

/** A low sun in the upper half that outshines its surroundings. */
export const glare: Corruption = (picture, strength, random) => {
  const { widthPx, heightPx } = picture;
  const [sunX, sunY] = [random.between(0.2, 0.8) * widthPx, random.between(0.15, 0.5) * heightPx];
  const radiusPx = at([0.15, 0.22, 0.3, 0.4, 0.55], strength) * shorterEdgePx(picture);
  const light = at([160, 200, 240, 280, 320], strength);
  return mapped(picture, (level, i) => {
    const pixel = Math.floor(i / 3);
    const distance = Math.hypot((pixel % widthPx) - sunX, Math.floor(pixel / widthPx) - sunY);
    return level + light * Math.exp(-((distance / radiusPx) ** 2)) + light * 0.08;
  });
};

/** Over- or underexposure by up to two stops. */
export const exposure: Corruption = (picture, strength, random) => {
  const stops = at([0.5, 0.9, 1.3, 1.7, 2.1], strength) * (random.chance(0.5) ? 1 : -1);
  return mapped(picture, (level) => level * 2 ** stops);
};

/** One channel loses most of its signal, as with a loose contact. */
export const droppedColour: Corruption = (picture, strength, random) => {
  const lost = random.below(3);
  const kept = at([0.7, 0.5, 0.3, 0.15, 0], strength);
  return mapped(picture, (level, i) => (i % 3 === lost ? level * kept : level));
};

/** Pixels and some entire columns that are stuck at black or white. */
export const deadPixels: Corruption = (picture, strength, random) => {
  const { widthPx, heightPx } = picture;
  const share = at([0.002, 0.006, 0.015, 0.03, 0.06], strength);
  const out = { ...picture, data: Uint8Array.from(picture.data) };
  const stick = (pixel: number, level: number) => out.data.fill(level, pixel * 3, pixel * 3 + 3);
  const pixels = widthPx * heightPx;
  for (let count = Math.round(share * pixels); count > 0; count--)
    stick(random.below(pixels), random.chance(0.5) ? 255 : 0);
  for (let count = Math.round(share * 0.3 * widthPx); count > 0; count--) {
    const [x, level] = [random.below(widthPx), random.chance(0.5) ? 255 : 0];
    for (let y = 0; y < heightPx; y++) stick(y * widthPx + x, level);
  }
  return out;
};
