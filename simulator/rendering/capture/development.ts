/** How a picture is developed: what its conditions and its seed come to. */
export interface Development {
  widthPx: number;
  heightPx: number;
  /** Tone curves of red, green and blue, 256 values each. */
  curves: Uint8Array;
  /** 0: none. */
  vignette: number;
  /** For each column, and for each row, the square of its distance from the middle, 1 at the edge. */
  squaredX: Float64Array;
  squaredY: Float64Array;
  /** Grey levels to add, and for each row where in them red begins; absent where the sensor has no noise. */
  noise?: Int16Array;
  noiseStarts: Uint16Array;
  /** Sixteenths of the picture that are its own 3x3 binomial blur. */
  blurShare: number;
}
