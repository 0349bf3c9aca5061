import type { CameraModel } from '../calibration/camera-model.js';
import type { FrameLayout } from '../frame/frame.js';
import { contentNorm, type InputPlacement } from './input-geometry.js';
import { createInputMapping } from './input-mapping.js';

type Size = Pick<FrameLayout, 'widthPx' | 'heightPx'>;

/**
 * For each pixel of a picture, the index of the map pixel that shows it, or -1, also where the map has only padding beside
 * the region; cached for the sizes used last. If the picture's labels have another size (`labels`, stretched over it), the
 * same for the middle of each label.
 */
export class MapLookUp {
  #size = '';
  #places = new Int32Array();

  constructor(
    private readonly spec: InputPlacement,
    private readonly camera: CameraModel | undefined,
  ) {}

  placesFor(
    image: Size,
    mapWidthPx: number,
    mapHeightPx: number,
    labels: Size = image,
  ): Int32Array {
    const { widthPx, heightPx } = labels;
    const size = `${image.widthPx}x${image.heightPx} ${widthPx}x${heightPx} ${mapWidthPx}x${mapHeightPx}`;
    if (size === this.#size) return this.#places;
    const mapping = createInputMapping(this.spec, image, this.camera);
    const { left, top, right, bottom } = contentNorm(this.spec, image);
    const [stepX, stepY] = [image.widthPx / widthPx, image.heightPx / heightPx];
    const places = new Int32Array(widthPx * heightPx).fill(-1);
    for (let y = 0, index = 0; y < heightPx; y++) {
      for (let x = 0; x < widthPx; x++, index++) {
        const point = mapping.inputFromFramePoint((x + 0.5) * stepX, (y + 0.5) * stepY);
        if (point === undefined) continue;
        const [atX, atY] = point;
        if (!(atX >= left && atX < right && atY >= top && atY < bottom)) continue;
        const column = Math.floor(atX * mapWidthPx);
        const row = Math.floor(atY * mapHeightPx);
        const isInside = column >= 0 && column < mapWidthPx && row >= 0 && row < mapHeightPx;
        if (isInside) places[index] = row * mapWidthPx + column;
      }
    }
    this.#size = size;
    this.#places = places;
    return places;
  }
}
