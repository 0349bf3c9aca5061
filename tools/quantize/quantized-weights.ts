/** Weights as int8, symmetric, one scale for each output channel. */
export interface QuantizedWeights {
  integers: Int8Array;
  /** weight = scales[channel] * integer. */
  scales: Float32Array;
}

/** Of one weight, and of the two largest of one sign where their sum is bounded. */
const highest = 127;
/** Weights below this are zeros. */
const smallest = 1e-30;
/** A channel of zeros has any scale; this one keeps its bias exact to 1e-7. */
const scaleOfZeros = 1e-4;
/** Bits of a weight: with 8 the sum of two products takes more than 16 bits, with 7 it does not. */
export type WeightBits = 7 | 8;

/** Biases are int32; half of that range is left for the sums that are added to them. */
const largestBias = 2 ** 30;

/**
 * Rounds weights to int8, -127..127. With 7 `bits` no two weights of a channel sum to more than 128 either way, so that the
 * sum of two products fits the 16 bits in which x86 cores without VNNI add them, whichever two a kernel takes: where
 * the two largest are alike they are 64 at most, and one that stands out alone keeps its 8 bits. `channelAxis` counts in
 * `dims`. `biasOfUnit[channel]`, the bias divided by the input's scale, widens a scale under which the bias would not
 * fit 32 bits.
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
  const pairs = Array.from({ length: channels }, () => new LargestPair());
  for (let i = 0; i < values.length; i++) {
    const channel = channelOf(i);
    largest[channel] = Math.max(largest[channel]!, Math.abs(values[i]!));
    pairs[channel]!.add(values[i]!);
  }
  const scales = Float32Array.from(largest, (single, channel) => {
    // A pair's rounding adds one at most: 127 becomes 128.
    const most = bits === 7 ? pairs[channel]!.sum : single;
    const scale = most < smallest ? scaleOfZeros : most / highest;
    return Math.max(scale, Math.abs(biasOfUnit?.[channel] ?? 0) / largestBias);
  });
  const integers = Int8Array.from(values, (value, i) => {
    const rounded = Math.round(value / scales[channelOf(i)]!);
    return Math.min(highest, Math.max(-highest, rounded));
  });
  return { integers, scales };
}

/** The two largest values of one sign. */
class LargestPair {
  readonly #positive = [0, 0];
  readonly #negative = [0, 0];

  add(value: number): void {
    const pair = value > 0 ? this.#positive : this.#negative;
    const size = Math.abs(value);
    if (size > pair[0]!) {
      pair[1] = pair[0]!;
      pair[0] = size;
    } else if (size > pair[1]!) pair[1] = size;
  }

  get sum(): number {
    return Math.max(
      this.#positive[0]! + this.#positive[1]!,
      this.#negative[0]! + this.#negative[1]!,
    );
  }
}

/** Biases as int32 in units of (input scale * weight scale), in which the integer sums are counted. */
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
