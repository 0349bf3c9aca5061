import type { RgbImage } from '../../tools/datasets/sample.js';
import type { RenderedScene, SceneBox } from '../rendering/scene.js';
import { Random } from '../world/random.js';

/** Edge of a packed crop, pixels. */
export const cropPx = 32;
/** Signs smaller than GTSRB's smallest are omitted, as are those of which more than a third is hidden. */
const leastSignPx = 15;
const mostOccluded = 0.33;

/** A sign as the sign network receives it. */
export interface SignCrop {
  classId: number;
  /** cropPx x cropPx x 3. */
  pixels: Uint8Array;
}

/**
 * Cuts every legible sign out of a scene as the pipeline would: its box grown by a tenth or two, with the shifts
 * and sizes that a detector's boxes have.
 */
export function cutSigns(scene: RenderedScene, seed: number): SignCrop[] {
  const random = new Random(seed, 70);
  return scene.boxes
    .filter((box) => isLegible(box, scene))
    .map((box) => {
      const [left, top, right, bottom] = box.boxXyxyPx;
      const width = right - left;
      const height = bottom - top;
      const margin = random.range(0.06, 0.24);
      const shiftX = random.normal() * 0.04 * width;
      const shiftY = random.normal() * 0.04 * height;
      const area: SceneBox['boxXyxyPx'] = [
        left - width * margin + shiftX,
        top - height * margin + shiftY,
        right + width * margin + shiftX,
        bottom + height * margin + shiftY,
      ];
      return { classId: box.signClassId, pixels: resample(scene.image, area) };
    });
}

function isLegible(box: SceneBox, scene: RenderedScene): boolean {
  const [left, top, right, bottom] = box.boxXyxyPx;
  const { widthPx, heightPx } = scene.image;
  const isInside = left > 1 && top > 1 && right < widthPx - 1 && bottom < heightPx - 1;
  return (
    box.signClassId >= 0 &&
    isInside &&
    Math.min(right - left, bottom - top) >= leastSignPx &&
    box.occluded <= mostOccluded
  );
}

/** The area of a picture (edges in pixels, partly outside is allowed) as cropPx x cropPx, averaging where it shrinks. */
function resample(image: RgbImage, [left, top, right, bottom]: SceneBox['boxXyxyPx']): Uint8Array {
  const pixels = new Uint8Array(cropPx * cropPx * 3);
  const stepX = (right - left) / cropPx;
  const stepY = (bottom - top) / cropPx;
  const samples = Math.max(1, Math.ceil(Math.max(stepX, stepY)));
  for (let y = 0; y < cropPx; y++) {
    for (let x = 0; x < cropPx; x++) {
      const sums = [0, 0, 0];
      for (let i = 0; i < samples * samples; i++) {
        const sx = left + (x + ((i % samples) + 0.5) / samples) * stepX;
        const sy = top + (y + (Math.floor(i / samples) + 0.5) / samples) * stepY;
        addBilinear(image, sx - 0.5, sy - 0.5, sums);
      }
      for (let k = 0; k < 3; k++) {
        pixels[(y * cropPx + x) * 3 + k] = Math.round(sums[k]! / (samples * samples));
      }
    }
  }
  return pixels;
}

function addBilinear(image: RgbImage, x: number, y: number, sums: number[]): void {
  const { widthPx, heightPx, data } = image;
  const cx = Math.min(widthPx - 1, Math.max(0, x));
  const cy = Math.min(heightPx - 1, Math.max(0, y));
  const x0 = Math.min(widthPx - 2, Math.floor(cx));
  const y0 = Math.min(heightPx - 2, Math.floor(cy));
  const fx = cx - x0;
  const fy = cy - y0;
  const a = (y0 * widthPx + x0) * 3;
  const c = a + widthPx * 3;
  for (let k = 0; k < 3; k++) {
    const upper = data[a + k]! * (1 - fx) + data[a + 3 + k]! * fx;
    const lower = data[c + k]! * (1 - fx) + data[c + 3 + k]! * fx;
    sums[k]! += upper * (1 - fy) + lower * fy;
  }
}
