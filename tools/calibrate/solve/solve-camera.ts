import { adjust, type Fit, type View } from './bundle-adjust.js';
import { type LensKind, parameterCount } from './projection.js';
import { focalGuesses, modelOf, plainParameters, startPoses } from './start-camera.js';

/**
 * Finds the camera of a kind that fits the views best, from several starts; undefined if none converged. Needs three
 * or more views of four or more points; `size` is the pictures' size.
 */
export function solveCamera(
  kind: LensKind,
  views: readonly View[],
  size: { widthPx: number; heightPx: number },
): Fit | undefined {
  // Solving for eight coefficients at once ends in bad minima, so it starts from the solution with five.
  const start = kind === 'rational_polynomial' ? solveCamera('plumb_bob', views, size) : undefined;
  if (start !== undefined) {
    const parameters = new Float64Array(parameterCount(kind));
    parameters.set(start.parameters);
    return adjust({ ...start, kind, parameters }, views);
  }
  let best: Fit | undefined;
  for (const focalPx of focalGuesses(views, size)) {
    const parameters = plainParameters(kind, focalPx, size);
    const poses = startPoses(modelOf(kind, parameters, size), views);
    if (poses === undefined) continue;
    const posed = adjust({ kind, parameters, poses, cost: 0 }, views, true);
    const fit = adjust(posed, views);
    if (Number.isFinite(fit.cost) && fit.cost < (best?.cost ?? Number.POSITIVE_INFINITY))
      best = fit;
  }
  return best;
}

/** Root mean square reprojection error over all points, pixels: OpenCV's measure. */
export function rmsPx(fit: Fit, views: readonly View[]): number {
  const points = views.reduce((sum, { pointsPx }) => sum + pointsPx.length / 2, 0);
  return Math.sqrt(fit.cost / points);
}
