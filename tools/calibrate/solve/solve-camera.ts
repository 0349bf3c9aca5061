import { adjust, type Fit, type View } from './bundle-adjust.js';
import { type LensKind, parameterCount } from './projection.js';
import { focalGuesses, modelOf, plainParameters, startPoses } from './start-camera.js';

/**
 * The camera of a kind that explains the views best, from several starts; undefined where none led anywhere. Three
 * views or more of four points or more; `size` is the pictures'.
 */
export function solveCamera(
  kind: LensKind,
  views: readonly View[],
  size: { widthPx: number; heightPx: number },
): Fit | undefined {
  // Eight coefficients at once find bad minima; from five they are led.
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
