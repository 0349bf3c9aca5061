import type { InputPlacement } from './input-geometry.js';

const fits: readonly unknown[] = [
  'stretch',
  'letterbox',
  'letterbox-top-left',
] satisfies InputPlacement['fit'][];

/**
 * How a network's input covers its frames, from what a recording's metadata says about the bundle
 * (`windshield.manifests`, JSON). Undefined if it does not say so. Checked by hand: a page must not load a schema for it.
 */
export function recordedPlacement(manifestText: string | undefined): InputPlacement | undefined {
  if (manifestText === undefined) return undefined;
  let input: Partial<InputPlacement>;
  try {
    input = JSON.parse(manifestText)?.input ?? {};
  } catch {
    return undefined;
  }
  const { regionNorm, fit, widthPx, heightPx } = input;
  if (!Array.isArray(regionNorm) || !fits.includes(fit)) return undefined;
  const [left, top, right, bottom] = regionNorm;
  const isRegion = isShare(left, 0, right) && isShare(top, 0, bottom);
  if (!isRegion || !(right! <= 1) || !(bottom! <= 1) || !isEdge(widthPx) || !isEdge(heightPx))
    return undefined;
  return { regionNorm: [left!, top!, right!, bottom!], fit: fit!, widthPx, heightPx };
}

const isShare = (value: unknown, from: number, below: unknown): boolean =>
  typeof value === 'number' && typeof below === 'number' && value >= from && value < below;

const isEdge = (value: unknown): value is number => Number.isInteger(value) && Number(value) > 0;
