import type { CameraModel } from '../../../src/calibration/camera-model.js';
import { undistort } from '../../../src/calibration/lens.js';
import type { View } from './bundle-adjust.js';

/**
 * Says why a lens model is not one-to-one where the boards were seen: its polynomial folds the image over, so that it
 * fits the points and nothing else. Undefined if there is no problem.
 */
export function foldProblem(model: CameraModel, views: readonly View[]): string | undefined {
  for (const { pointsPx } of views)
    for (let i = 0; i < pointsPx.length; i += 2)
      if (undistort(model, pointsPx[i]!, pointsPx[i + 1]!) === undefined) {
        const place = `${pointsPx[i]!.toFixed(0)}, ${pointsPx[i + 1]!.toFixed(0)}`;
        return `its distortion folds the image over: nothing is seen at pixel ${place}, where a board was`;
      }
  return undefined;
}

/** Share of the picture's border where the model sees nothing, by 40 points, including corners and middles of the sides. */
export function unseenBorderShare(model: CameraModel): number {
  const { widthPx, heightPx } = model;
  let unseen = 0;
  const count = 10;
  for (let i = 0; i < count; i++) {
    const share = i / count;
    for (const [u, v] of [
      [share * (widthPx - 1), 0],
      [widthPx - 1, share * (heightPx - 1)],
      [(1 - share) * (widthPx - 1), heightPx - 1],
      [0, (1 - share) * (heightPx - 1)],
    ] as const)
      if (undistort(model, u, v) === undefined) unseen++;
  }
  return unseen / (4 * count);
}
