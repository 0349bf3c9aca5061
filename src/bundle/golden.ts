import type { Golden } from './manifest.js';

/**
 * mulberry32: a small generator of uniform random numbers in [0, 1), the same in every JavaScript engine
 * and easy to write in any other language. Public domain, by Tommy Ettinger.
 */
export function mulberry32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** Number of elements of a shape. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** The golden input: minimum + (maximum - minimum) * mulberry32(seed), in memory order. */
export function goldenInput(golden: Golden): Float32Array {
  const { seed, minimum, maximum, shape } = golden.input;
  const next = mulberry32(seed);
  const input = new Float32Array(elementCount(shape));
  for (let i = 0; i < input.length; i++) input[i] = minimum + (maximum - minimum) * next();
  return input;
}

export interface GoldenComparison {
  /** Largest absolute difference; Infinity if an output holds NaN. */
  maxAbsDifference: number;
  /** True when no difference exceeds the tolerance. */
  ok: boolean;
  /** Where the largest difference is, such as "logits[1234]: expected 0.5, found 0.7". */
  where: string;
}

/** Compares a network's outputs on the golden input with those that the exporter recorded. */
export function compareGolden(
  golden: Golden,
  outputs: Readonly<Record<string, Float32Array>>,
  tolerance: number,
): GoldenComparison {
  let maxAbsDifference = -1;
  let where = '';
  for (const [name, { indices, values }] of Object.entries(golden.outputs)) {
    const output = outputs[name];
    for (let i = 0; i < indices.length; i++) {
      const index = indices[i]!;
      const expected = values[i]!;
      const found = output?.[index];
      const difference = Math.abs((found ?? Number.NaN) - expected);
      // NaN compares false with everything: it must count as the worst.
      const counted = Number.isNaN(difference) ? Infinity : difference;
      if (counted <= maxAbsDifference) continue;
      maxAbsDifference = counted;
      where = `${name}[${index}]: expected ${expected}, found ${found ?? 'nothing'}`;
    }
  }
  return {
    maxAbsDifference: Math.max(0, maxAbsDifference),
    ok: maxAbsDifference >= 0 && maxAbsDifference <= tolerance,
    where,
  };
}
