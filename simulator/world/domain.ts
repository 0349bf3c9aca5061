/** A range to draw a value from uniformly, both ends included. */
export type Range = readonly [least: number, most: number];

/**
 * The ranges of data set scenes beyond ordinary light (domain randomisation). Chances are 0..1 and shares of scenes;
 * every number of a scene comes from one of these ranges and the scene's seed.
 */
export interface Domain {
  night: {
    chance: number;
    /** Light that remains without lamps, as a share of daylight. */
    ambient: Range;
    /** Strength of the ego car's low beam. */
    beam: Range;
  };
  rain: {
    chance: number;
    /** 0 drizzle, 1 downpour. */
    strength: Range;
    /** Wetness of the road, 0..1. */
    wetness: Range;
    /** Drops on the lens or the glass in front of it. */
    drops: Range;
  };
  /** The road is wet without rain. */
  puddles: { chance: number; wetness: Range };
  /** A low sun ahead veils the picture, by this share of white at its middle. */
  glare: { chance: number; veil: Range };
  /** Exposure time of each row, seconds, and time from the first row to the last one. */
  shutter: { blurChance: number; exposureS: Range; rollingChance: number; readoutS: Range };
  dirt: { chance: number; spots: Range; radiusNorm: Range; opacity: Range };
  /** Quality of the JPEG, 1..100. */
  jpegQuality: Range;
  /** Share of scenes with a side road, and with roadworks, somewhere ahead of the camera. */
  sideRoads: { chance: number; widthM: Range; aheadM: Range };
  roadworks: { chance: number; lengthM: Range; aheadM: Range };
  /** Share of single-lane roads among the scenes for steering; some of them run between walls. */
  singleLane: { chance: number; widthM: Range; wallChance: number; focalNorm: Range };
  /** Share of scenes with a pavement from the wider choice, and with worn patches on the carriageway. */
  pavement: { chance: number };
  patches: { chance: number; count: Range };
}

export const dataSetDomain: Domain = {
  night: { chance: 0.07, ambient: [0.09, 0.25], beam: [0.6, 1.1] },
  rain: { chance: 0.1, strength: [0.1, 1], wetness: [0.4, 1], drops: [0, 40] },
  puddles: { chance: 0.08, wetness: [0.15, 0.8] },
  glare: { chance: 0.3, veil: [0.15, 0.55] },
  shutter: {
    blurChance: 0.35,
    exposureS: [0.002, 0.016],
    rollingChance: 0.5,
    readoutS: [0.005, 0.03],
  },
  dirt: { chance: 0.12, spots: [1, 9], radiusNorm: [0.008, 0.06], opacity: [0.08, 0.45] },
  jpegQuality: [62, 95],
  sideRoads: { chance: 0.4, widthM: [5, 7.5], aheadM: [10, 90] },
  roadworks: { chance: 0.15, lengthM: [18, 60], aheadM: [6, 70] },
  singleLane: { chance: 0.4, widthM: [4.5, 13], wallChance: 0.25, focalNorm: [0.38, 0.8] },
  pavement: { chance: 0.7 },
  patches: { chance: 0.5, count: [2, 9] },
};
