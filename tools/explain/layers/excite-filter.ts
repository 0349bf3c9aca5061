import type { Bundle } from '../../../src/bundle/bundle.js';
import { PerceptionError } from '../../../src/frame/perception-error.js';
import { NetworkGraph } from '../../../src/onnx/network-graph.js';
import { BackwardNetwork } from '../../gradients/backward-network.js';
import { channelBounds, channelOf } from '../../gradients/input-bounds.js';
import type { Layer } from '../../gradients/layers.js';
import { createRandom } from '../../train/random.js';

export interface ExciteOptions {
  steps?: number;
  seed?: number;
}

export interface Excited {
  /** One item of the network's input. */
  input: Float32Array;
  /** The filter's mean answer to it, and to the grey noise that the ascent began with. */
  answer: number;
  answerAtFirst: number;
}

/**
 * An input that excites one filter of a layer: gradient ascent on its mean answer from grey noise (Erhan et al.
 * 2009), with a little smoothing between steps, as pictures are smooth (Yosinski et al. 2015). Throws ERR_USAGE if no
 * input changes the filter's answer, and as BackwardNetwork.open does.
 */
export function exciteFilter(
  bundle: Bundle,
  layer: Layer,
  channel: number,
  { steps = 60, seed = 1 }: ExciteOptions = {},
): Excited {
  const graph = NetworkGraph.read(bundle.network, bundle.where);
  graph.expose([layer.value]);
  const watched = { ...bundle, network: graph.toBytes() };
  const network = BackwardNetwork.open(watched, { from: [layer.value] });
  try {
    const { spec } = bundle.manifest.input;
    const shape = network.outputShapes.get(layer.value)!;
    const [, channels = 1] = shape;
    const places = shape.slice(2).reduce((all, size) => all * size, 1);
    const slopes = new Float32Array(channels * places);
    slopes.fill(1 / places, channel * places, (channel + 1) * places);
    const answerTo = (input: Float32Array) => {
      const maps = network.forward(input)[layer.value]!;
      let sum = 0;
      for (let i = channel * places; i < (channel + 1) * places; i++) sum += maps[i]!;
      return sum / places;
    };
    const length = network.inputShape.reduce((all, size) => all * size, 1);
    const random = createRandom(seed);
    const bounds = channelBounds(spec, 1);
    const channelAt = channelOf(spec, length);
    const at = (i: number) => bounds[channelAt(i)]!;
    const input = Float32Array.from({ length }, (_, i) => {
      const { low, high, epsilon } = at(i);
      return (low + high) / 2 + random.between(-1, 1) * 20 * epsilon;
    });
    const answerAtFirst = answerTo(input);
    for (let step = 0; step < steps; step++) {
      const gradient = network.backward(input, { [layer.value]: slopes }).input;
      const size = Math.sqrt(gradient.reduce((sum, value) => sum + value * value, 0) / length);
      if (!(size > 0)) {
        if (step > 0) break;
        throw new PerceptionError(
          'ERR_USAGE',
          `--channel: expected a filter of ${layer.name} that answers to something, found that ${channel} does not`,
        );
      }
      for (let i = 0; i < length; i++) {
        const { low, high, epsilon } = at(i);
        const moved = input[i]! + (4 * epsilon * gradient[i]!) / size;
        input[i] = Math.min(high, Math.max(low, moved));
      }
      // The last steps are not smoothed, so that the result is sharp.
      if (step % 3 === 0 && step < steps - 6) smooth(input, spec);
    }
    return { input, answer: answerTo(input), answerAtFirst };
  } finally {
    network.release();
  }
}

/** Replaces each value by the mean of itself and the mean of its four neighbours; in place. */
function smooth(
  input: Float32Array,
  { widthPx, heightPx, layout }: Bundle['manifest']['input']['spec'],
): void {
  const before = Float32Array.from(input);
  const [step, down] = layout === 'nchw' ? [1, widthPx] : [3, widthPx * 3];
  for (let c = 0; c < 3; c++)
    for (let y = 0; y < heightPx; y++)
      for (let x = 0; x < widthPx; x++) {
        const i = (layout === 'nchw' ? c * widthPx * heightPx : c) + y * down + x * step;
        const left = before[x > 0 ? i - step : i]!;
        const right = before[x + 1 < widthPx ? i + step : i]!;
        const up = before[y > 0 ? i - down : i]!;
        const below = before[y + 1 < heightPx ? i + down : i]!;
        input[i] = before[i]! / 2 + (left + right + up + below) / 8;
      }
}
