/** A soft blob on the lens: centre and radius as shares of the picture's width, height for y. */
export interface LensSpot {
  xNorm: number;
  yNorm: number;
  radiusNorm: number;
  opacity: number;
}

/** What weather and camera do to a picture beyond its light; each is absent where it plays no part. */
export interface Effects {
  /** Night: `ambient` is the share of daylight that is left, `beam` the strength of the low beam. */
  night?: { ambient: number; beam: number };
  /** 0..1: dark asphalt that mirrors. */
  wetness?: number;
  /** 0..1: streaks of falling rain. */
  rain?: number;
  /** Drops on the glass, which bend what is behind them. */
  drops?: readonly LensSpot[];
  /** Share of white at the sun's place. */
  glare?: number;
  dirt?: readonly LensSpot[];
  /** Seconds each row gathers light, and from the first row to the last one. */
  exposureS?: number;
  readoutS?: number;
}
