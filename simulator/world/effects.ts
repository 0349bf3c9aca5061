/** A soft blob on the lens: centre and radius as shares of the picture's width (the height for y). */
export interface LensSpot {
  xNorm: number;
  yNorm: number;
  radiusNorm: number;
  opacity: number;
}

/** Effects of weather and camera on a picture beyond its light; each is absent if it does not apply. */
export interface Effects {
  /** Night: `ambient` is the remaining share of daylight, `beam` the strength of the low beam. */
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
  /** Exposure time of each row, and time from the first row to the last one, seconds. */
  exposureS?: number;
  readoutS?: number;
}
