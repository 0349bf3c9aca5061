import type { RgbImage } from '../../../tools/datasets/sample.js';
import type { SceneBox } from '../../rendering/scene.js';
import type { Rgb } from '../../world/models/mesh.js';

const colours: Readonly<Record<SceneBox['className'], Rgb>> = {
  car: [80, 160, 255],
  truck: [80, 160, 255],
  bus: [80, 160, 255],
  motorcycle: [200, 120, 255],
  cyclist: [200, 120, 255],
  pedestrian: [255, 210, 60],
  traffic_light: [255, 120, 60],
  traffic_sign: [255, 60, 120],
};
/** What nobody could make out is not framed. */
const mostOccluded = 0.8;
const leastPx = 16;

/** Frames the objects of the detector, a colour a kind, in the picture. */
export function drawBoxes(image: RgbImage, boxes: readonly SceneBox[]): void {
  for (const { className, boxXyxyPx, occluded, visiblePx } of boxes) {
    if (occluded > mostOccluded || visiblePx < leastPx) continue;
    const [left, top, right, bottom] = boxXyxyPx;
    const colour = colours[className];
    for (let x = left; x < right; x++) {
      paint(image, x, top, colour);
      paint(image, x, bottom - 1, colour);
    }
    for (let y = top; y < bottom; y++) {
      paint(image, left, y, colour);
      paint(image, right - 1, y, colour);
    }
  }
}

function paint({ data, widthPx }: RgbImage, x: number, y: number, colour: Rgb): void {
  data.set(colour, (y * widthPx + x) * 3);
}
