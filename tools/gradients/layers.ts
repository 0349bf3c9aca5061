import type { Bundle } from '../../src/bundle/bundle.js';
import { PerceptionError } from '../../src/frame/perception-error.js';
import { NetworkGraph } from '../../src/onnx/network-graph.js';
import { didYouMean } from '../../src/text/nearest-word.js';

const activations = ['Relu', 'LeakyRelu', 'PRelu', 'Elu', 'Clip', 'Sigmoid', 'HardSwish', 'Tanh'];

/** One convolution of a network with its output. */
export interface Layer {
  /** Name for people and `--layer`: that of its weights, without the suffix for the kernel. */
  name: string;
  /** Name of its output, after the activation if one follows directly. */
  value: string;
  /** Name of its weights. */
  weights: string;
}

/** All convolutions of a network, in the order in which they run. */
export function layersOf({ network, where }: Bundle): Layer[] {
  const graph = NetworkGraph.read(network, where);
  const readers = graph.consumers();
  return graph.nodes
    .filter(({ opType }) => opType === 'Conv' || opType === 'ConvTranspose')
    .map((node) => {
      const [output] = node.output as [string];
      const [reader, ...others] = readers.get(output) ?? [];
      const isActivated =
        reader !== undefined && others.length === 0 && activations.includes(reader.opType);
      const weights = node.input[1]!;
      return {
        name: weights.replace(/[./](kernel|weight|w)$/i, ''),
        value: isActivated ? reader.output[0]! : output,
        weights,
      };
    });
}

/** The layer with that name, or with that output. Throws ERR_USAGE listing the known names. */
export function layerNamed(bundle: Bundle, name: string): Layer {
  const layers = layersOf(bundle);
  const layer = layers.find((each) => each.name === name || each.value === name);
  if (layer !== undefined) return layer;
  const names = layers.map((each) => each.name);
  throw new PerceptionError(
    'ERR_USAGE',
    `--layer: expected one of ${shortened(names)}, found ${name}${didYouMean(name, names)}`,
  );
}

function shortened(names: readonly string[]): string {
  if (names.length <= 12) return names.join(', ');
  return `${names.slice(0, 6).join(', ')}, … ${names.slice(-5).join(', ')} (${names.length} layers)`;
}
