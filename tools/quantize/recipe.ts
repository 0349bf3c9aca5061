import type { Manifest, Quantisation } from '../../src/bundle/manifest.js';

/** A way to make a network of fewer bits, with any choice of layers left in float. */
export interface QuantisationRecipe {
  precision: Quantisation['precision'];
  calibration?: Quantisation['calibration'];
  weights?: Quantisation['weights'];
  /** A few inputs of the network, [1, ...] each, for comparing answers and times. */
  items: readonly Float32Array[];
  /** Layers that may stay in float, those that lose most as integers first. */
  worstFirst(): readonly string[];
  build(floatLayers: readonly string[]): Promise<QuantisedNetwork>;
}

export interface QuantisedNetwork {
  network: Uint8Array;
  /** Tolerance of golden outputs, by execution provider. */
  tolerance: Manifest['tolerance'];
}

/** Tolerance of golden outputs in rounding steps: kernels of other cores and providers round ties differently. */
export const stepsOfTolerance = 4;
/** Least tolerance in any case, as for float networks. */
export const leastTolerance = 2e-3;
/** Number of inputs that are kept for comparison. */
export const keptItems = 8;
