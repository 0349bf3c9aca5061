import { mulberry32 } from '../../src/bundle/golden.js';

/** The same normally distributed numbers every time, by the Box-Muller transform. */
export function normalNumbers(count: number, seed: number): Float32Array {
  const next = mulberry32(seed);
  const draw = () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
  return Float32Array.from({ length: count }, draw);
}

/** The same numbers from -1 to 1 every time. */
export function uniformNumbers(count: number, seed: number): Float32Array {
  const next = mulberry32(seed);
  return Float32Array.from({ length: count }, () => 2 * next() - 1);
}
