import type { Bundle } from '../../src/bundle/bundle.js';
import type { InnerMethod } from '../../src/explanation/explain-methods.js';
import type { SaliencyMap } from '../../src/explanation/saliency-map.js';
import { visualBackProp } from '../../src/explanation/visual-back-prop.js';
import { AskedNetwork } from '../gradients/asked-network.js';
import type { Question } from '../gradients/asked-score.js';
import {
  blackInput,
  gradCam,
  integratedGradients,
  overChannels,
  type PixelValues,
  plainGradient,
  smoothGradient,
} from '../gradients/gradient-maps.js';
import { layerNamed, layersOf } from '../gradients/layers.js';
import { WatchedConvolutions } from './watched-convolutions.js';

export interface InnerRequest {
  bundle: Bundle;
  /** The network's input, one item. */
  input: Float32Array;
  /** Segmentation: the place in question, as shares of the map's width and height. */
  pointNorm?: readonly [number, number];
  /** The question, if it does not follow from this network's own answer. */
  question?: Question;
  /** Grad-CAM: the convolution whose outputs are weighted; see usualLayer if omitted. */
  layer?: string;
}

/**
 * How important each part of the network's input is, from 0 to 1. Throws ERR_USAGE if the method does not work for
 * this network.
 */
export const innerMaps: Readonly<Record<InnerMethod, (request: InnerRequest) => SaliencyMap>> = {
  'visual-backprop': ({ bundle, input }) => {
    const watched = WatchedConvolutions.open(bundle);
    try {
      return visualBackProp(watched.layers(input), watched.inputSize);
    } finally {
      watched.release();
    }
  },
  gradient: (request) =>
    withAsked(request, (asked, { bundle, input }) =>
      fromPixels(plainGradient(asked, bundle.manifest.input.spec, input)),
    ),
  smoothgrad: (request) =>
    withAsked(request, (asked, { bundle, input }) =>
      fromPixels(smoothGradient(asked, bundle.manifest.input.spec, input)),
    ),
  integrated: (request) =>
    withAsked(request, (asked, { bundle, input }) => {
      const { spec } = bundle.manifest.input;
      const black = blackInput(spec, input.length);
      return fromPixels(overChannels(spec, integratedGradients(asked, input, black), true));
    }),
  'grad-cam': gradCamMap,
};

function gradCamMap(request: InnerRequest): SaliencyMap {
  const { bundle, layer } = request;
  const layers = layer === undefined ? layersOf(bundle) : [layerNamed(bundle, layer)];
  const watch = layers.map(({ value }) => value);
  return withAsked(
    request,
    (asked, { input }) => {
      const { watched } = asked.backward(input);
      const maps = [...watched.values()].filter(
        ({ gradient, shape }) =>
          shape.length === 4 && shape[2]! * shape[3]! > 1 && gradient.some((value) => value !== 0),
      );
      const used = layer === undefined ? usualLayer(bundle, maps) : maps[0];
      if (used === undefined) return { rows: 1, columns: 1, values: Float32Array.of(0) };
      return fromPixels(gradCam(used.value, used.gradient, used.shape), 1);
    },
    watch,
  );
}

interface WatchedMap {
  value: Float32Array;
  gradient: Float32Array;
  shape: number[];
}

/**
 * The default layer. Steering, signs: the last convolution. Detection: the last one before the head that gave the
 * box's score. Segmentation: the last one among the coarsest maps, which saw the most of the picture.
 */
function usualLayer({ manifest }: Bundle, maps: readonly WatchedMap[]): WatchedMap | undefined {
  if (manifest.task === 'segmentation') return coarsest(maps);
  return maps.at(manifest.task === 'detection' ? -2 : -1);
}

function coarsest(maps: readonly WatchedMap[]): WatchedMap | undefined {
  const size = ({ shape }: WatchedMap) => shape[2]! * shape[3]!;
  const least = Math.min(...maps.map(size));
  return maps.findLast((map) => size(map) === least);
}

function withAsked(
  request: InnerRequest,
  map: (asked: AskedNetwork, request: InnerRequest) => SaliencyMap,
  watch: readonly string[] = [],
): SaliencyMap {
  const { bundle, input, pointNorm, question } = request;
  const asked = AskedNetwork.open(bundle, input, {
    watch,
    ...(pointNorm && { pointNorm }),
    ...(question && { question }),
  });
  try {
    return map(asked, request);
  } finally {
    asked.release();
  }
}

/**
 * Scales to 0..1. Gradients have outlying pixels, so the scale ends at the value below which a share `top` of the
 * pixels lies; larger values become 1.
 */
function fromPixels({ rows, columns, values }: PixelValues, top = 0.999): SaliencyMap {
  const sorted = Float32Array.from(values).sort();
  const most =
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * top))] || sorted.at(-1)!;
  const scale = most > 0 ? 1 / most : 0;
  return { rows, columns, values: values.map((value) => Math.min(1, value * scale)) };
}
