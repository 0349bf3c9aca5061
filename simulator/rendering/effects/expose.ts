import { distort } from '../../../src/calibration/lens.js';
import type { Conditions } from '../../world/conditions.js';
import type { Effects } from '../../world/effects.js';
import type { SimulatedCamera } from '../camera.js';
import type { Capture } from '../capture/plan-capture.js';
import { takePicture } from '../capture/take-picture.js';
import type { Painter } from '../raster/painter.js';
import { addDirt, addDrops, addGlare, addRain } from './lens.js';
import { type CameraMotion, meanPicture, movedCapture } from './shutter.js';

/** Number of moments within the exposure that are averaged for a blurred picture. */
const moments = 4;

/** A picture, and the view whose `nearest` tells what each of its pixels shows at the middle of the exposure. */
export interface Exposure {
  picture: Uint8Array;
  view: Capture;
}

/**
 * Takes the picture with all effects of the camera and the glass in front of it. `motion` is used if the exposure
 * takes time.
 */
export function expose(
  capture: Capture,
  camera: SimulatedCamera,
  painter: Painter,
  conditions: Conditions,
  motion: CameraMotion,
  noiseSeed: number,
): Exposure {
  const { widthPx, heightPx } = camera.model;
  const effects: Effects = conditions.effects ?? {};
  const { exposureS = 0, readoutS = 0 } = effects;
  const moved = (atS: number): Capture => movedCapture(capture, motion, widthPx, atS, readoutS);
  const view = readoutS > 0 ? moved(0) : capture;
  const take = (from: Capture, light: Conditions, seed: number): Uint8Array =>
    takePicture(from, light, widthPx, heightPx, seed);
  let picture: Uint8Array;
  if (exposureS > 0) {
    // Averaging lowers the noise, so each picture gets more.
    const light = { ...conditions, noise: conditions.noise * Math.sqrt(moments) };
    picture = meanPicture(
      Array.from({ length: moments }, (_, i) => {
        const atS = ((i + 0.5) / moments - 0.5) * exposureS;
        return take(moved(atS), light, noiseSeed + i);
      }),
    );
  } else {
    picture = take(view, conditions, noiseSeed);
  }
  if (effects.rain !== undefined) addRain(picture, widthPx, heightPx, effects.rain, noiseSeed);
  if (effects.drops !== undefined) addDrops(picture, widthPx, heightPx, effects.drops);
  if (effects.dirt !== undefined) addDirt(picture, widthPx, heightPx, effects.dirt);
  if (effects.glare !== undefined) {
    dazzle(picture, capture, camera, painter, conditions, effects.glare);
  }
  return { picture, view };
}

function dazzle(
  picture: Uint8Array,
  capture: Capture,
  camera: SimulatedCamera,
  painter: Painter,
  { light }: Conditions,
  veil: number,
): void {
  const { sunDirection: sun, sun: strength } = light;
  const { right, down, forward } = painter.axes;
  const [x, y, z] = [right, down, forward].map(
    (axis) => axis[0] * sun[0] + axis[1] * sun[1] + axis[2] * sun[2],
  ) as [number, number, number];
  // A sun behind the camera, far to the side or behind clouds causes no glare.
  if (z < 0.3 || Math.hypot(x, y) / z > 1.1 || strength[1] < 0.2) return;
  const { target, focalXPx, focalYPx, centreXPx, centreYPx } = capture;
  const column = Math.round(centreXPx + (focalXPx * x) / z);
  const row = Math.round(centreYPx + (focalYPx * y) / z);
  const isInside = column >= 0 && row >= 0 && column < target.widthPx && row < target.heightPx;
  const isSeen = isInside && target.inverseDepths[row * target.widthPx + column] === 0;
  const [sunXPx, sunYPx] = distort(camera.model, x / z, y / z);
  const { widthPx, heightPx } = camera.model;
  addGlare(picture, widthPx, heightPx, sunXPx, sunYPx, veil * (isSeen ? 1 : 0.35));
}
