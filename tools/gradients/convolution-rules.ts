import { intOf, intsOf } from '../../src/onnx/network-graph.js';
import { textOf, windowOf } from './attributes.js';
import { type BackwardRule, single } from './backward-builder.js';

/** y = Conv(x, w): each output's gradient goes to the pixels that its kernel covered, a transposed convolution. */
export const convolutionRule: BackwardRule = single((builder, node, gradient) => {
  const [input, weights] = node.input as [string, string];
  if (builder.needs(weights)) throw builder.unknown(node, ' with weights that depend on the input');
  builder.send(input, () => {
    const inSizes = builder.shapeOf(input).slice(2);
    const outSizes = builder.shapeOf(node.output[0]!).slice(2);
    const kernel = builder.shapeOf(weights).slice(2);
    const window = windowOf(node, kernel, inSizes, outSizes);
    const missing = inSizes.map((size, axis) => {
      const reach =
        (outSizes[axis]! - 1) * window.strides[axis]! +
        (kernel[axis]! - 1) * window.dilations[axis]! +
        1;
      return size + window.pads[axis]! + window.pads[axis + kernel.length]! - reach;
    });
    const group = intOf(node, 'group', 1);
    return builder.op('ConvTranspose', [gradient, weights], {
      ...window,
      group,
      output_padding: missing,
    });
  });
});

/** y = ConvTranspose(x, w): the gradient is the convolution of which it is the transpose. */
export const transposedConvolutionRule: BackwardRule = single((builder, node, gradient) => {
  const [input, weights] = node.input as [string, string];
  if (builder.needs(weights)) throw builder.unknown(node, ' with weights that depend on the input');
  const isPaddedBySize =
    intsOf(node, 'output_shape') !== undefined ||
    textOf(node, 'auto_pad', 'NOTSET').startsWith('SAME');
  if (isPaddedBySize) throw builder.unknown(node, ' whose padding follows from its size');
  builder.send(input, () => {
    const window = windowOf(node, builder.shapeOf(weights).slice(2), [], []);
    return builder.op('Conv', [gradient, weights], { ...window, group: intOf(node, 'group', 1) });
  });
});
