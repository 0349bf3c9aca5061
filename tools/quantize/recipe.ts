import type { Manifest, Quantisation } from '../../src/bundle/manifest.js';

/** A way to make a network of fewer bits, ready to make it with any layers left in float. */
export interface QuantisationRecipe {
  precision: Quantisation['precision'];
  calibration?: Quantisation['calibration'];
  weights?: Quantisation['weights'];
  /** A few inputs of the network, [1, ...] each, for comparing answers and times. */
  items: readonly Float32Array[];
  /** Layers that may stay in float, the one that does most damage as integers first. */
  worstFirst(): readonly string[];
  build(floatLayers: readonly string[]): Promise<QuantisedNetwork>;
}

export interface QuantisedNetwork {
  network: Uint8Array;
  /** How far golden outputs may stray, by execution provider. */
  tolerance: Manifest['tolerance'];
}

/** Golden outputs may stray by so many rounding steps: kernels of other cores and providers round ties otherwise. */
export const stepsOfTolerance = 4;
/** And by this in any case, as those of float networks may. */
export const leastTolerance = 2e-3;
/** So many inputs are kept for comparing. */
export const keptItems = 8;
