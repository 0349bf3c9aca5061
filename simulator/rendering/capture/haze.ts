/** Air of a density and a colour. */
export interface Haze {
  /** What is left of a colour, 0..256, by inverse depth. */
  kept: Uint16Array;
  /** Steps of `kept` in an inverse metre: a power of two. */
  stepsPerInverseM: number;
  /** Packed as the target's colours are. */
  air: number;
}
