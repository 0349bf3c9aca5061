import type { Bundle } from '../../../src/bundle/bundle.js';
import { PerceptionError } from '../../../src/frame/perception-error.js';
import { NetworkGraph } from '../../../src/onnx/network-graph.js';
import type { RgbImage } from '../../datasets/sample.js';
import { layersOf } from '../../gradients/layers.js';
import { type Filter, filterNoise } from './filter-noise.js';

export interface FirstFilter extends Filter {
  /** See filterNoise. */
  noise: number | undefined;
}

/** The filters of the first convolution. Throws ERR_USAGE if the network has none with float32 weights. */
export function firstFilters(bundle: Bundle): { layer: string; filters: FirstFilter[] } {
  const [layer] = layersOf(bundle);
  const weights = layer && NetworkGraph.read(bundle.network, bundle.where).floats(layer.weights);
  if (layer === undefined || weights?.dims.length !== 4)
    throw new PerceptionError(
      'ERR_USAGE',
      `${bundle.where}: expected a convolution of float32 weights, found none`,
    );
  const [count, channels, rows, columns] = weights.dims as [number, number, number, number];
  const length = channels * rows * columns;
  const filters = Array.from({ length: count }, (_, i) => {
    const filter = {
      ...{ channels, rows, columns },
      values: weights.values.subarray(i * length, (i + 1) * length),
    };
    return { ...filter, noise: filterNoise(filter) };
  });
  return { layer: layer.name, filters };
}

/**
 * A filter as a picture: grey is 0, and the scale ends at the largest weight. Three planes are taken as the colours
 * of the network's input, converted to red, green and blue; otherwise the first plane is shown in grey.
 */
export function filterPicture(
  { channels, rows, columns, values }: Filter,
  colour: Bundle['manifest']['input']['spec']['colour'],
): RgbImage {
  const places = rows * columns;
  const data = new Uint8Array(places * 3);
  const rgbAt = (i: number): [number, number, number] => {
    const [a, b, c] = [0, 1, 2].map((k) => values[k * places + i]!) as [number, number, number];
    if (channels !== 3) return [a, a, a];
    // A weight is the answer's derivative by a colour, so those of R, G and B follow from Y, U and V by the chain rule.
    if (colour === 'yuv')
      return [
        0.299 * a - 0.168736 * b + 0.5 * c,
        0.587 * a - 0.331264 * b - 0.418688 * c,
        0.114 * a + 0.5 * b - 0.081312 * c,
      ];
    return colour === 'bgr' ? [c, b, a] : [a, b, c];
  };
  const rgb = Array.from({ length: places }, (_, i) => rgbAt(i));
  const most = Math.max(...rgb.flat().map(Math.abs)) || 1;
  for (const [i, levels] of rgb.entries())
    data.set(
      levels.map((level) => 128 + (127 * level) / most),
      i * 3,
    );
  return { widthPx: columns, heightPx: rows, data };
}
