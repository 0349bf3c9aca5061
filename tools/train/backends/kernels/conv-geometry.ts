import { tf } from '../../../layers-to-onnx/tf.js';

/** Sizes of a 2-D convolution over NHWC, with explicit padding. */
export interface ConvGeometry {
  batch: number;
  inHeight: number;
  inWidth: number;
  inChannels: number;
  outHeight: number;
  outWidth: number;
  outChannels: number;
  filterHeight: number;
  filterWidth: number;
  strides: [number, number];
  dilations: [number, number];
  /**
   * Top, left, bottom, right. Bottom and right are the padding that the last window needs; a negative value counts the
   * rows or columns of the input that no window touches.
   */
  pads: [number, number, number, number];
}

/**
 * Returns the geometry of a convolution kernel's call from its attributes, by TensorFlow.js' own rule for padding and
 * rounding. Undefined for the NCHW layout, which no kernel here supports.
 * @param inputShape NHWC
 * @param filterShape height, width, input channels, output channels (or the multiplier, if `depthwise`)
 */
export function convGeometry(
  inputShape: readonly number[],
  filterShape: readonly number[],
  attrs: Record<string, unknown>,
  depthwise = false,
): ConvGeometry | undefined {
  if (attrs['dataFormat'] !== undefined && attrs['dataFormat'] !== 'NHWC') return undefined;
  const info = tf.backend_util.computeConv2DInfo(
    inputShape as [number, number, number, number],
    filterShape as [number, number, number, number],
    attrs['strides'] as number | [number, number],
    (attrs['dilations'] as number | [number, number] | undefined) ?? 1,
    attrs['pad'] as 'same' | 'valid' | number,
    attrs['dimRoundingMode'] as 'floor' | 'round' | 'ceil' | undefined,
    depthwise,
  );
  const { strideHeight, strideWidth, dilationHeight, dilationWidth, padInfo } = info;
  const reachY = (info.outHeight - 1) * strideHeight + (info.filterHeight - 1) * dilationHeight + 1;
  const reachX = (info.outWidth - 1) * strideWidth + (info.filterWidth - 1) * dilationWidth + 1;
  return {
    batch: info.batchSize,
    inHeight: info.inHeight,
    inWidth: info.inWidth,
    inChannels: info.inChannels,
    outHeight: info.outHeight,
    outWidth: info.outWidth,
    outChannels: info.outChannels,
    filterHeight: info.filterHeight,
    filterWidth: info.filterWidth,
    strides: [strideHeight, strideWidth],
    dilations: [dilationHeight, dilationWidth],
    pads: [
      padInfo.top,
      padInfo.left,
      reachY - info.inHeight - padInfo.top,
      reachX - info.inWidth - padInfo.left,
    ],
  };
}

/** The pads, with 0 for negative ones: for operators that stop at the last complete window on their own. */
export function paddingOf({ pads }: ConvGeometry): number[] {
  return pads.map((pad) => Math.max(0, pad));
}

/** Rows and columns at the bottom and right of the input that no window touches. */
export function untouchedOf({ pads }: ConvGeometry): [number, number] {
  return [Math.max(0, -pads[2]), Math.max(0, -pads[3])];
}

/** Whether each output pixel is a mix of the channels of the one input pixel at its place. */
export function isPointwise(geometry: ConvGeometry): boolean {
  const { filterHeight, filterWidth, strides, pads } = geometry;
  const isOneToOne = strides[0] === 1 && strides[1] === 1 && pads.every((pad) => pad === 0);
  return filterHeight === 1 && filterWidth === 1 && isOneToOne;
}

export function inputShapeOf(geometry: ConvGeometry): number[] {
  return [geometry.batch, geometry.inHeight, geometry.inWidth, geometry.inChannels];
}

export function outputShapeOf(geometry: ConvGeometry): number[] {
  return [geometry.batch, geometry.outHeight, geometry.outWidth, geometry.outChannels];
}
