import type { BoxXyxy } from '../../datasets/box-geometry.js';
import type { RgbImage } from '../../datasets/sample.js';
import type { Random } from '../random.js';
import { findPlace } from './find-place.js';
import { meanLight } from './mean-light.js';
import { paintBox } from './paint-box.js';
import type { Scene } from './paste-signs.js';
import {
  drawTrafficLight,
  type TrafficLight,
  trafficLightAspect,
  trafficLightAt,
} from './traffic-light.js';

export interface PasteLightsOptions {
  /** Most lights, at least one. */
  most: number;
  /** Geometric mean of the sides of the smallest and the largest light, pixels of the picture. */
  edgePx: readonly [number, number];
}

/**
 * Draws one to `most` traffic lights of one build into a copy of a picture, each as bright as its surroundings,
 * and adds their boxes. Existing objects are not covered; a light for which there is no place is omitted. The
 * given picture is not changed.
 */
export function pasteLights(scene: Scene, options: PasteLightsOptions, random: Random): Scene {
  const { widthPx, heightPx } = scene.image;
  const image = { widthPx, heightPx, data: scene.image.data.slice() };
  const boxes = [...scene.boxes];
  const light = drawTrafficLight(random);
  const aspect = trafficLightAspect(light);
  const count = 1 + random.below(options.most);
  for (let i = 0; i < count; i++) {
    const box = findPlace(image, boxes, options.edgePx, aspect, random);
    if (!box) continue;
    paint(image, light, box, random);
    boxes.push({ className: 'traffic_light', boxXyxyPx: box, weight: 1 });
  }
  return { image, boxes };
}

function paint(image: RgbImage, light: TrafficLight, box: BoxXyxy, random: Random): void {
  const [left, top, right, bottom] = box;
  const pitchPx = (light.isHorizontal ? right - left : bottom - top) / (light.lamps + 0.2);
  const daylight = Math.min(1.3, Math.max(0.25, (meanLight(image, box) + 20) / 140));
  const feather = Math.max(0.06, 1.3 / pitchPx) * random.between(1, 1.6);
  const noise = random.between(0, 7);
  paintBox(image, box, (x, y, colour) => {
    trafficLightAt(light, x, y, daylight, feather, colour);
    if (colour[3] === 0) return;
    const grain = noise * (random.next() - 0.5);
    for (let channel = 0; channel < 3; channel++) colour[channel]! += grain;
  });
}
