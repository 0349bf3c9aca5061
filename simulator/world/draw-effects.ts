import type { Conditions } from './conditions.js';
import type { Domain, Range } from './domain.js';
import type { Effects, LensSpot } from './effects.js';
import type { Random } from './random.js';

/** Draws a scene's effects and adapts its light to them. Uses separate streams, so that worlds do not change. */
export function withEffects(conditions: Conditions, random: Random, domain: Domain): Conditions {
  const pick = ([least, most]: Range): number => random.range(least, most);
  const spots = (count: number, radiusNorm: Range, opacity: Range): LensSpot[] =>
    Array.from({ length: Math.round(count) }, () => ({
      xNorm: random.next(),
      yNorm: random.next(),
      radiusNorm: pick(radiusNorm),
      opacity: pick(opacity),
    }));
  const effects: Effects = {};
  let result: Conditions = { ...conditions, effects };
  if (random.chance(domain.rain.chance)) {
    effects.rain = pick(domain.rain.strength);
    effects.wetness = pick(domain.rain.wetness);
    effects.drops = spots(pick(domain.rain.drops), [0.003, 0.013], [0.5, 1]);
    result = overcast(result, 0.003 + 0.009 * effects.rain);
  } else if (random.chance(domain.puddles.chance)) {
    effects.wetness = pick(domain.puddles.wetness);
  }
  if (random.chance(domain.night.chance)) {
    effects.night = { ambient: pick(domain.night.ambient), beam: pick(domain.night.beam) };
    result = { ...overcast(result, result.hazePerM), lightsOn: true };
    result.skyTop = [46, 52, 70];
    result.skyHorizon = [96, 92, 90];
    result.cloudBright = 0.3;
  } else if (effects.rain === undefined && random.chance(domain.glare.chance)) {
    effects.glare = pick(domain.glare.veil);
  }
  if (random.chance(domain.shutter.blurChance)) effects.exposureS = pick(domain.shutter.exposureS);
  if (random.chance(domain.shutter.rollingChance)) effects.readoutS = pick(domain.shutter.readoutS);
  if (random.chance(domain.dirt.chance)) {
    effects.dirt = spots(pick(domain.dirt.spots), domain.dirt.radiusNorm, domain.dirt.opacity);
  }
  return result;
}

/** The same scene under an overcast sky with this haze. */
function overcast(conditions: Conditions, hazePerM: number): Conditions {
  const { light } = conditions;
  const level = Math.max(0.6, light.sky[1]);
  return {
    ...conditions,
    light: {
      ...light,
      sun: [0.05, 0.05, 0.05],
      sky: [level * 0.97, level, level * 1.04],
    },
    shadowDepth: 0.08,
    skyTop: [128, 134, 142],
    skyHorizon: [168, 172, 176],
    cloudCover: 1,
    cloudBright: 0.7,
    hazePerM: Math.max(conditions.hazePerM, hazePerM),
  };
}
