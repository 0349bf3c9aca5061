import { adjust, type Fit, type View } from './bundle-adjust.js';
import { foldProblem } from './fold.js';
import type { LensKind } from './projection.js';
import { modelOf, startPoses } from './start-camera.js';

/** In order of preference if the data do not distinguish them. */
export const lensKinds: readonly LensKind[] = ['plumb_bob', 'equidistant', 'rational_polynomial'];

/** How well a lens model predicts held-out pictures. */
export interface LensTrial {
  kind: LensKind;
  /** Root mean square error over the held-out pictures, pixels; undefined if the model could not be fitted. */
  heldOutRmsPx: number | undefined;
  /** Why the model cannot be used. */
  problem: string | undefined;
}

type Solve = (kind: LensKind, views: readonly View[]) => Fit | undefined;

const maxFolds = 5;
const unnoticedShare = 0.05;

/**
 * Tries every lens model by cross-validation: pictures are held out in turn, the camera is fitted to the rest, and only
 * the board's pose is fitted to each held-out picture. Of the models that are as good as the best, the first in
 * `lensKinds` is chosen: within one standard error (Breiman et al., Classification and Regression Trees, 1984, 3.4.3;
 * here of the paired differences), or within 5 % of its error, which makes no difference on the road. `chosen` is
 * undefined if none fits.
 */
export function chooseLens(
  views: readonly View[],
  size: { widthPx: number; heightPx: number },
  solve: Solve,
  kinds: readonly LensKind[] = lensKinds,
): { chosen: LensKind | undefined; trials: LensTrial[] } {
  const errors = new Map<LensKind, number[]>();
  const trials = kinds.map((kind): LensTrial => {
    const whole = solve(kind, views);
    const problem =
      whole === undefined
        ? 'no solution'
        : foldProblem(modelOf(kind, whole.parameters, size), views);
    const squares = problem === undefined ? heldOutSquares(kind, views, size, solve) : undefined;
    if (squares === undefined)
      return {
        kind,
        heldOutRmsPx: undefined,
        problem: problem ?? 'no solution without some pictures',
      };
    errors.set(kind, squares);
    return { kind, heldOutRmsPx: Math.sqrt(mean(squares)), problem: undefined };
  });
  const best = [...errors.keys()].reduce<LensKind | undefined>(
    (least, kind) =>
      least === undefined || mean(errors.get(kind)!) < mean(errors.get(least)!) ? kind : least,
    undefined,
  );
  const chosen =
    best &&
    kinds.find((kind) => errors.has(kind) && isAsGood(errors.get(kind)!, errors.get(best)!));
  return { chosen, trials };
}

const mean = (values: readonly number[]) =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

function isAsGood(squares: readonly number[], bestSquares: readonly number[]): boolean {
  const differences = squares.map((square, i) => square - bestSquares[i]!);
  const average = mean(differences);
  const variance =
    mean(differences.map((difference) => (difference - average) ** 2)) *
    (differences.length / Math.max(differences.length - 1, 1));
  const isUnnoticed = mean(squares) <= mean(bestSquares) * (1 + unnoticedShare) ** 2;
  return isUnnoticed || average <= Math.sqrt(variance / differences.length);
}

/** Mean squared error of each view while held out, square pixels. */
function heldOutSquares(
  kind: LensKind,
  views: readonly View[],
  size: { widthPx: number; heightPx: number },
  solve: Solve,
): number[] | undefined {
  const folds = Math.min(maxFolds, views.length);
  const squares = new Array<number>(views.length);
  for (let fold = 0; fold < folds; fold++) {
    const isHeldOut = (_: unknown, index: number) => index % folds === fold;
    const fit = solve(
      kind,
      views.filter((view, index) => !isHeldOut(view, index)),
    );
    if (fit === undefined) return undefined;
    for (const [index, view] of views.entries()) {
      if (!isHeldOut(view, index)) continue;
      const poses = startPoses(modelOf(kind, fit.parameters, size), [view]);
      if (poses === undefined) return undefined;
      const posed = adjust({ ...fit, poses }, [view], true);
      if (!Number.isFinite(posed.cost)) return undefined;
      squares[index] = posed.cost / (view.pointsPx.length / 2);
    }
  }
  return squares;
}
