/** Weights as int8, symmetric, one scale for each output channel. */
export interface QuantizedWeights {
  integers: Int8Array;
  /** weight = scales[channel] * integer. */
  scales: Float32Array;
}

/** Weights below this count as zeros. */
const smallest = 1e-30;
/** A channel of zeros may have any scale; this one keeps its bias exact to 1e-7. */
const scaleOfZeros = 1e-4;
/** Bits of a weight: with 8 the sum of two products takes more than 16 bits, with 7 it does not. */
export type WeightBits = 7 | 8;

/** Biases are int32; half of that range is reserved for the sums that are added to them. */
const largestBias = 2 ** 30;

/** Two weights of 63 make a sum of 126 with inputs of 1, and of 32,130 with inputs of 255. */
const highestWeight: Readonly<Record<WeightBits, number>> = { 7: 63, 8: 127 };

/**
 * Rounds weights to int8, -127..127, or -63..63 with 7 `bits`: sums of two products then fit the 16 bits in which x86
 * cores without VNNI add them, whichever two a kernel takes. `channelAxis` is an index into `dims`. `biasOfUnit[channel]`,
 * the bias divided by the input's scale, widens a scale with which the bias would not fit 32 bits.
 */
export function quantizeWeights(
  values: Float32Array,
  dims: readonly number[],
  channelAxis: number,
  biasOfUnit: ArrayLike<number> | undefined,
  bits: WeightBits,
): QuantizedWeights {
  const channels = dims[channelAxis]!;
  const inner = dims.slice(channelAxis + 1).reduce((a, b) => a * b, 1);
  const channelOf = (index: number): number => Math.floor(index / inner) % channels;
  const largest = new Float64Array(channels);
  for (let i = 0; i < values.length; i++) {
    const channel = channelOf(i);
    largest[channel] = Math.max(largest[channel]!, Math.abs(values[i]!));
  }
  const highest = highestWeight[bits];
  const scales = Float32Array.from(largest, (most, channel) => {
    const scale = most < smallest ? scaleOfZeros : most / highest;
    return Math.max(scale, Math.abs(biasOfUnit?.[channel] ?? 0) / largestBias);
  });
  const integers = Int8Array.from(values, (value, i) => {
    const rounded = Math.round(value / scales[channelOf(i)]!);
    return Math.min(highest, Math.max(-highest, rounded));
  });
  return { integers, scales };
}

/** Biases as int32 in units of (input scale * weight scale), the units of the integer sums. */
export function quantizeBias(
  bias: Float32Array,
  inputScale: number,
  weightScales: Float32Array,
): { integers: Int32Array; scales: Float32Array } {
  const scales = weightScales.map((scale) => Math.fround(inputScale * scale));
  return {
    integers: Int32Array.from(bias, (value, channel) => Math.round(value / scales[channel]!)),
    scales,
  };
}
