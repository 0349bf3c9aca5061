import type { RgbImage } from '../datasets/sample.js';
import { at, type Corruption, mapped, meanOf, moved, shorterEdgePx } from './corruption.js';

/** Blends two pictures of the same size; `share` belongs to the second. */
function between(first: RgbImage, second: RgbImage, share: number): RgbImage {
  return mapped(first, (level, i) => level * (1 - share) + second.data[i]! * share);
}

/** Blends the results of the two nearest integer sizes: on a small crop, steps of one pixel are too coarse. */
function ofSize(sizePx: number, seen: (wholePx: number) => RgbImage): RgbImage {
  const whole = Math.floor(sizePx);
  const share = sizePx - whole;
  return share === 0 ? seen(whole) : between(seen(whole), seen(whole + 1), share);
}

/** The camera moves in a random direction while the shutter is open. */
export const blur: Corruption = (picture, strength, random) => {
  const lengthPx = at([0.012, 0.022, 0.035, 0.05, 0.07], strength) * shorterEdgePx(picture);
  const direction = random.between(0, Math.PI);
  return ofSize(lengthPx / 2, (half) => {
    const steps = Array.from({ length: 2 * half + 1 }, (_, i) => {
      const by = i - half;
      return [Math.round(by * Math.cos(direction)), Math.round(by * Math.sin(direction))] as const;
    });
    return meanOf(picture, steps);
  });
};

/** Out of focus: every point becomes a disc. */
export const misfocus: Corruption = (picture, strength) => {
  const radiusPx = at([0.006, 0.01, 0.015, 0.021, 0.03], strength) * shorterEdgePx(picture);
  return ofSize(radiusPx, (reach) => {
    const steps: (readonly [number, number])[] = [];
    // A large disc is subsampled to about 60 places at most.
    const every = Math.max(1, Math.floor(reach / 4));
    for (let y = -reach; y <= reach; y += every)
      for (let x = -reach; x <= reach; x += every)
        if (Math.hypot(x, y) <= reach) steps.push([x, y]);
    return meanOf(picture, steps);
  });
};

interface Spot {
  x: number;
  y: number;
  radiusPx: number;
}

/** Water drops on the glass: each shows a wide part of the scene upside down, small and blurred. */
export const rain: Corruption = (picture, strength, random) => {
  const { widthPx, heightPx } = picture;
  const edgePx = shorterEdgePx(picture);
  const count = at([8, 16, 28, 44, 64], strength);
  const drops: Spot[] = Array.from({ length: count }, () => ({
    x: random.between(0, widthPx),
    y: random.between(0, heightPx),
    radiusPx: random.between(0.015, 0.05) * edgePx,
  }));
  const owner = ownersOf(drops, widthPx, heightPx);
  const radiusPx = Math.max(1, Math.round(edgePx * 0.01));
  const unsharp = meanOf(picture, [
    [0, 0],
    [radiusPx, 0],
    [-radiusPx, 0],
    [0, radiusPx],
    [0, -radiusPx],
  ]);
  const seen = moved(unsharp, (x, y) => {
    const drop = drops[owner[y * widthPx + x]! - 1];
    if (drop === undefined) return [x, y];
    return [drop.x - (x - drop.x) * 4, drop.y - (y - drop.y) * 4];
  });
  const out = { ...picture, data: Uint8Array.from(picture.data) };
  for (let i = 0; i < owner.length; i++)
    if (owner[i] !== 0) out.data.set(seen.data.subarray(i * 3, i * 3 + 3), i * 3);
  return out;
};

/** Splashes of mud: dark, soft at the edge, opaque in the middle. */
export const dirt: Corruption = (picture, strength, random) => {
  const { widthPx, heightPx } = picture;
  const edgePx = shorterEdgePx(picture);
  const count = at([4, 7, 11, 16, 24], strength);
  const out = { ...picture, data: Uint8Array.from(picture.data) };
  const mud = [58, 48, 38] as const;
  for (let i = 0; i < count; i++) {
    const [x0, y0] = [random.between(0, widthPx), random.between(0, heightPx)];
    const radiusPx = random.between(0.03, 0.11) * edgePx;
    const top = Math.max(0, Math.floor(y0 - radiusPx));
    for (let y = top; y < Math.min(heightPx, y0 + radiusPx); y++)
      for (
        let x = Math.max(0, Math.floor(x0 - radiusPx));
        x < Math.min(widthPx, x0 + radiusPx);
        x++
      ) {
        const distance = Math.hypot(x - x0, y - y0) / radiusPx;
        const cover = Math.min(1, Math.max(0, (1 - distance) * 2.5));
        const at3 = (y * widthPx + x) * 3;
        for (let c = 0; c < 3; c++)
          out.data[at3 + c] = out.data[at3 + c]! * (1 - cover) + mud[c]! * cover;
      }
  }
  return out;
};

/** Which spot covers each pixel, counted from 1; 0 for none. */
function ownersOf(spots: readonly Spot[], widthPx: number, heightPx: number): Uint16Array {
  const owner = new Uint16Array(widthPx * heightPx);
  for (const [index, { x: x0, y: y0, radiusPx }] of spots.entries())
    for (let y = Math.max(0, Math.floor(y0 - radiusPx)); y < Math.min(heightPx, y0 + radiusPx); y++)
      for (
        let x = Math.max(0, Math.floor(x0 - radiusPx));
        x < Math.min(widthPx, x0 + radiusPx);
        x++
      )
        if (Math.hypot(x - x0, y - y0) <= radiusPx) owner[y * widthPx + x] = index + 1;
  return owner;
}
