/** Parameters for developing a picture, from its conditions and seed. */
export interface Development {
  widthPx: number;
  heightPx: number;
  /** Tone curves of red, green and blue, 256 values each. */
  curves: Uint8Array;
  /** 0: none. */
  vignette: number;
  /** For each column, and for each row, its squared distance from the middle, 1 at the edge. */
  squaredX: Float64Array;
  squaredY: Float64Array;
  /** Grey levels to add, and for each row the index where its red begins; absent if the sensor has no noise. */
  noise?: Int16Array;
  noiseStarts: Uint16Array;
  /** Share of the picture's 3x3 binomial blur to mix in, sixteenths. */
  blurShare: number;
}
