/** Air of a density and a colour. */
export interface Haze {
  /** Weight that a colour keeps, 0..256, by inverse depth. */
  kept: Uint16Array;
  /** Steps of `kept` per inverse metre: a power of two. */
  stepsPerInverseM: number;
  /** Packed as the target's colours are. */
  air: number;
}
