import type { Bundle } from '../../src/bundle/bundle.js';
import { PerceptionError } from '../../src/frame/perception-error.js';
import { NetworkGraph } from '../../src/onnx/network-graph.js';
import { didYouMean } from '../../src/text/nearest-word.js';

const activations = ['Relu', 'LeakyRelu', 'PRelu', 'Elu', 'Clip', 'Sigmoid', 'HardSwish', 'Tanh'];

/** One convolution of a network and what becomes of it. */
export interface Layer {
  /** The name for people and `--layer`: that of its weights, without what says that they are the kernel. */
  name: string;
  /** Its answer, after the activation where one follows at once. */
  value: string;
  /** Its weights. */
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

/** The layer of that name, or of that value. Throws ERR_USAGE with the names that there are. */
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
