import type { Light } from '../rendering/raster/painter.js';
import type { Effects } from './effects.js';
import type { Rgb, Vec3 } from './models/mesh.js';
import type { Random } from './random.js';

/** Weather, light and the camera's response to them: everything that changes the picture but not the world. */
export interface Conditions {
  light: Light;
  /** How dark shadows are: 0 none, 1 full. */
  shadowDepth: number;
  skyTop: Rgb;
  skyHorizon: Rgb;
  cloudCover: number;
  cloudBright: number;
  /** Extinction of the air, 1/metres. */
  hazePerM: number;
  /** Gain of each channel, applied last: exposure and colour cast. */
  gain: Rgb;
  gamma: number;
  /** Standard deviation of the sensor's noise, grey levels. */
  noise: number;
  /** Share 0..1 of a 3x3 blur mixed into the picture. */
  blur: number;
  vignette: number;
  seasonGreen: Rgb;
  lightsOn: boolean;
  /** Effects of weather and camera; absent on an ordinary day. */
  effects?: Effects;
}

/** Ordinary light: medium sun, some clouds, a good camera. */
export function plainConditions(random: Random): Conditions {
  return conditionsFrom(random, 0.35);
}

/** The full range: low sun, overcast, fog, dusk, under- and overexposure, noise. */
export function randomConditions(random: Random): Conditions {
  return conditionsFrom(random, 1);
}

function conditionsFrom(random: Random, spread: number): Conditions {
  const around = (middle: number, width: number): number =>
    middle + random.range(-width, width) * spread;
  const isOvercast = random.chance(0.15 + 0.35 * spread);
  const azimuth = random.range(0, 2 * Math.PI);
  const height = isOvercast ? 1 : Math.max(0.12, around(0.72, 0.55));
  const sunDirection: Vec3 = [
    Math.cos(azimuth) * Math.cos(height),
    Math.sin(azimuth) * Math.cos(height),
    Math.sin(height),
  ];
  const lowness = Math.max(0, 1 - height / 0.6);
  const sunStrength = isOvercast ? random.range(0, 0.14) : random.range(0.36, 0.62);
  const skyStrength = isOvercast ? random.range(0.72, 1) : random.range(0.5, 0.66);
  const dusk = random.chance(0.12 * spread) ? random.range(0.5, 0.8) : 1;
  const bright = isOvercast && random.chance(0.6);
  const horizon: Rgb = bright ? [236, 238, 240] : isOvercast ? [176, 180, 186] : [206, 220, 236];
  const top: Rgb = bright ? [206, 212, 220] : isOvercast ? [112, 120, 130] : [72, 118, 182];
  const fog = random.chance(0.14 * spread)
    ? random.range(0.008, 0.028)
    : random.range(0.0006, 0.0035);
  const exposure = 1 + random.normal() * 0.17 * spread;
  const warmth = random.normal() * 0.05 * spread;
  return {
    light: {
      sunDirection,
      sun: [
        sunStrength * dusk * (1.04 + 0.1 * lowness),
        sunStrength * dusk * (1 - 0.06 * lowness),
        sunStrength * dusk * (0.92 - 0.26 * lowness),
      ],
      sky: [skyStrength * dusk * 0.96, skyStrength * dusk, skyStrength * dusk * 1.06],
    },
    shadowDepth: isOvercast
      ? 0.12
      : Math.min(0.62, sunStrength / (sunStrength + skyStrength) + 0.06),
    skyTop: scaleRgb(top, dusk),
    skyHorizon: scaleRgb(horizon, dusk),
    cloudCover: isOvercast ? random.range(0.5, 1) : random.range(0.05, 0.6),
    cloudBright: random.range(0.9, 1.1) * dusk,
    hazePerM: fog,
    gain: [exposure * (1 + warmth), exposure, exposure * (1 - warmth)],
    gamma: around(1, 0.22),
    noise: Math.max(0, random.range(0, 4.5) * spread),
    blur: random.chance(0.5 * spread) ? random.range(0, 0.9) : 0,
    vignette: random.range(0, 0.24) * spread,
    seasonGreen: [around(1, 0.22), around(1, 0.12), around(0.95, 0.2)],
    lightsOn: dusk < 1 || random.chance(0.4),
  };
}

function scaleRgb(colour: Rgb, by: number): Rgb {
  return [colour[0] * by, colour[1] * by, colour[2] * by];
}
