import type { FeatureMapSpec, SsdOutputSpec } from '../../../src/bundle/output-spec.js';
import { tf } from '../../layers-to-onnx/tf.js';
import { convolution, residual, upsampled } from './blocks.js';

type Value = tf.SymbolicTensor;
const { layers } = tf;

export const detectionInputPx = { widthPx: 448, heightPx: 256 };
export const detectionVariances: SsdOutputSpec['variances'] = [0.1, 0.2];

/** Edges of the small and the large default box of each map, pixels of the network's input. */
const boxEdgesPx: readonly (readonly [number, number])[] = [
  [8, 16],
  [26, 42],
  [64, 96],
  [130, 180],
  [220, 280],
  [330, 420],
];
/** Width to height of the default boxes on the small edge. */
const smallAspects = [1, 2, 0.45];
/** And on the large edge. People need a tall box at least every 1.6 times in height, so the finest maps add one. */
const largeAspects = [[1, 0.4], [1, 0.4], [1], [1], [1], [1]] as const;
const boxesPerCell = (level: number): number => smallAspects.length + largeAspects[level]!.length;

/** The six feature maps at strides 8 to 256 with their default boxes (SSD, Liu et al. 2016, section 2.2). */
export function detectionFeatureMaps(): FeatureMapSpec[] {
  const { widthPx, heightPx } = detectionInputPx;
  return boxEdgesPx.map(([smallPx, largePx], level) => {
    const stride = 8 * 2 ** level;
    const shaped = (edgePx: number, ratios: readonly number[]) =>
      ratios.map((ratio) => [edgePx * Math.sqrt(ratio), edgePx / Math.sqrt(ratio)] as const);
    const sizesPx = [...shaped(smallPx, smallAspects), ...shaped(largePx, largeAspects[level]!)];
    return {
      rows: Math.ceil(heightPx / stride),
      columns: Math.ceil(widthPx / stride),
      boxSizesNorm: sizesPx.map(([width, height]) => [
        Number((width / widthPx).toFixed(5)),
        Number((height / heightPx).toFixed(5)),
      ]),
    };
  });
}

/**
 * SSD on a residual base network. The two finest maps receive the coarser ones' features through learnt
 * transposed convolutions (Fu et al. 2017, DSSD; Lin et al. 2017), because far signs and cars are small and
 * need context. Input [256, 448, 3]; outputs offsets [A, 4] and logits [A, 1 + classes], and only for training
 * the class of each cell of the two finest maps, [cells, 1 + classes]. `width` scales the channels of every layer
 * relative to the standard network's, in steps of 4 (Howard et al. 2017, MobileNets, section 3.3); the number of weights
 * grows with its square. The heads' output channels are fixed by what they predict.
 */
export function detectionNetwork(classCount: number, seed: number, width = 1): tf.LayersModel {
  const { widthPx, heightPx } = detectionInputPx;
  const channels = (standard: number): number =>
    Math.max(4, Math.round((standard * width) / 4) * 4);
  const input = tf.input({ shape: [heightPx, widthPx, 3], name: 'image' });
  let next = seed * 1000;
  const fresh = (): number => {
    next += 10;
    return next;
  };
  const down = (name: string, from: Value, filters: number): Value =>
    convolution(name, from, { filters: channels(filters), strides: 2, seed: fresh() });

  const half = down('stem', input, 16);
  const quarter = residual('quarter', down('quarter_down', half, 32), fresh());
  let eighth = down('eighth_down', quarter, 64);
  for (const unit of [1, 2]) eighth = residual(`eighth_${unit}`, eighth, fresh());
  let sixteenth = down('sixteenth_down', eighth, 128);
  for (const unit of [1, 2, 3]) sixteenth = residual(`sixteenth_${unit}`, sixteenth, fresh());
  let last = down('last_down', sixteenth, 224);
  for (const unit of [1, 2]) last = residual(`last_${unit}`, last, fresh());

  const extra1 = down(
    'extra1',
    convolution('extra1_squeeze', last, { filters: channels(96), kernel: 1, seed: fresh() }),
    128,
  );
  const extra2 = down(
    'extra2',
    convolution('extra2_squeeze', extra1, { filters: channels(64), kernel: 1, seed: fresh() }),
    96,
  );
  const extra3 = down(
    'extra3',
    convolution('extra3_squeeze', extra2, { filters: channels(64), kernel: 1, seed: fresh() }),
    96,
  );

  const merge = (name: string, fine: Value, coarse: Value, standard: number): Value => {
    const filters = channels(standard);
    const lateral = convolution(`${name}_lateral`, fine, { filters, kernel: 1, seed: fresh() });
    const above = upsampled(`${name}_above`, coarse, filters, fresh());
    const sum = layers.add({ name: `${name}_sum` }).apply([lateral, above]) as Value;
    return convolution(`${name}_mix`, sum, { filters, seed: fresh() });
  };
  const map16 = merge('map16', sixteenth, last, 96);
  const map8 = merge('map8', eighth, map16, 64);
  const maps = [map8, map16, last, extra1, extra2, extra3];
  const cells = [map8, map16].map((map, level) =>
    cellScores(`cells_${level}`, map, classCount + 1, fresh()),
  );
  const outputs = [...heads(maps, classCount, fresh), ...cells];
  return tf.model({ inputs: input, outputs, name: 'windshield_ssd' });
}

/** Class scores of each cell of a map, by one 1x1 convolution: learnt together with the boxes, not in the bundle. */
function cellScores(name: string, map: Value, depth: number, seed: number): Value {
  const [, rows, columns] = map.shape as [null, number, number];
  const scores = layers
    .conv2d({
      name,
      filters: depth,
      kernelSize: 1,
      kernelInitializer: tf.initializers.randomNormal({ stddev: 0.01, seed }),
    })
    .apply(map) as Value;
  return layers
    .reshape({ name: `${name}_rows`, targetShape: [rows * columns, depth] })
    .apply(scores) as Value;
}

/** Two 3x3 convolutions per map, reshaped to one row per default box and concatenated over the maps. */
function heads(maps: Value[], classCount: number, fresh: () => number): Value[] {
  const head = (kind: 'offsets' | 'logits', depth: number): Value => {
    const parts = maps.map((map, level) => {
      const [, rows, columns] = map.shape as [null, number, number];
      const predicted = layers
        .conv2d({
          name: `${kind}_${level}`,
          filters: boxesPerCell(level) * depth,
          kernelSize: level > 3 ? 1 : 3,
          padding: 'same',
          // Nearly flat at first: otherwise the mined negatives would be thousands of confident random answers.
          kernelInitializer: tf.initializers.randomNormal({ stddev: 0.01, seed: fresh() }),
        })
        .apply(map) as Value;
      return layers
        .reshape({
          name: `${kind}_${level}_rows`,
          targetShape: [rows * columns * boxesPerCell(level), depth],
        })
        .apply(predicted) as Value;
    });
    return layers.concatenate({ name: kind, axis: 1 }).apply(parts) as Value;
  };
  return [head('offsets', 4), head('logits', classCount + 1)];
}
