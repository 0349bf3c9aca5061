import type { Random } from '../random.js';
import type { TextureLibrary } from '../textures/library.js';
import type { Rgb, Surface } from './mesh.js';

const carPaints: readonly Rgb[] = [
  [226, 226, 224],
  [44, 46, 50],
  [150, 154, 158],
  [96, 100, 106],
  [26, 28, 34],
  [150, 28, 30],
  [32, 58, 112],
  [60, 84, 128],
  [196, 192, 180],
  [38, 74, 58],
  [112, 88, 66],
  [206, 146, 36],
  [188, 74, 30],
  [92, 132, 160],
];
const cargoPaints: readonly Rgb[] = [
  [232, 232, 230],
  [206, 204, 198],
  [40, 76, 140],
  [176, 38, 34],
  [216, 164, 40],
  [60, 112, 74],
  [120, 124, 128],
];
const clothes: readonly Rgb[] = [
  [36, 38, 46],
  [62, 68, 84],
  [40, 52, 84],
  [126, 34, 38],
  [188, 178, 160],
  [92, 84, 74],
  [210, 208, 204],
  [58, 82, 62],
  [196, 120, 44],
  [110, 74, 104],
  [70, 108, 146],
  [206, 190, 60],
];
const skins: readonly Rgb[] = [
  [222, 178, 150],
  [196, 146, 116],
  [150, 104, 78],
  [98, 68, 52],
  [232, 192, 168],
];
const hairs: readonly Rgb[] = [
  [42, 32, 26],
  [92, 66, 44],
  [168, 132, 82],
  [26, 24, 24],
  [150, 146, 140],
];

function vary(random: Random, colour: Rgb, amount: number): Rgb {
  const tone = 1 + random.range(-amount, amount);
  return [colour[0] * tone, colour[1] * tone, colour[2] * tone];
}

/** Fills vehicleSlots: paint, glass, lights (brake lights bright when `isBraking`). */
export function vehicleSurfaces(
  library: TextureLibrary,
  random: Random,
  isHeavy: boolean,
  lightsOn: boolean,
  isBraking: boolean,
): Surface[] {
  const body = vary(
    random,
    random.pick(isHeavy && random.chance(0.5) ? cargoPaints : carPaints),
    0.12,
  );
  const rim = random.range(90, 190);
  const plate: Rgb = random.chance(0.8) ? [232, 232, 226] : [226, 196, 60];
  return [
    { colour: body, texture: library.bodySheen },
    { colour: vary(random, [235, 240, 248], 0.25), texture: library.glass },
    { colour: [26, 26, 28] },
    { colour: [rim, rim, rim + 3] },
    { colour: random.chance(0.75) ? [34, 35, 38] : [body[0] * 0.7, body[1] * 0.7, body[2] * 0.7] },
    { colour: lightsOn ? [255, 250, 232] : [204, 208, 212], glow: lightsOn ? 1 : 0.1 },
    {
      colour: isBraking ? [255, 42, 30] : [164, 22, 24],
      glow: isBraking ? 1 : lightsOn ? 0.6 : 0.1,
    },
    { colour: plate },
    { colour: vary(random, random.pick(cargoPaints), 0.1), texture: library.bodySheen },
    { colour: [18, 18, 20] },
    { colour: [255, 168, 40], glow: 0.8 },
  ];
}

/** Common colours of trousers and skirts: mostly denim, black, grey and beige. */
const legwear: readonly Rgb[] = [
  [44, 54, 78],
  [58, 72, 100],
  [82, 98, 124],
  [30, 31, 35],
  [38, 38, 42],
  [74, 74, 78],
  [118, 108, 92],
  [152, 138, 114],
  [62, 66, 54],
];

/** Fills personSlots and, for riders, twoWheelerSlots. */
export function personSurfaces(random: Random): Surface[] {
  const isPlain = random.chance(0.75);
  const trousers = isPlain ? random.pick(clothes.slice(0, 6)) : random.pick(clothes);
  const metal = random.range(80, 180);
  const skin = vary(random, random.pick(skins), 0.08);
  const hair = vary(random, random.pick(hairs), 0.2);
  const top: Rgb = random.chance(0.08) ? [222, 232, 40] : vary(random, random.pick(clothes), 0.2);
  const legs = vary(random, trousers, 0.2);
  // One colour in eight is as bright as a top; the others are drawn from those of legwear.
  const choice = Math.floor(legs[0] * 977 + metal * 131);
  const worn =
    choice % 8 === 0 ? legs : toned(legwear[choice % legwear.length]!, legs[1] / trousers[1]);
  return [
    { colour: skin },
    { colour: hair },
    { colour: top },
    { colour: worn },
    { colour: random.chance(0.7) ? [36, 32, 32] : [208, 206, 202] },
    { colour: vary(random, random.pick(clothes), 0.2) },
    { colour: vary(random, random.pick(carPaints), 0.2) },
    { colour: [24, 24, 26] },
    { colour: [metal, metal, metal] },
    { colour: vary(random, random.pick(carPaints), 0.2) },
    { colour: [250, 248, 236], glow: random.chance(0.6) ? 1 : 0.2 },
    { colour: [190, 24, 24], glow: 0.4 },
    { colour: [232, 232, 226] },
  ];
}

function toned(colour: Rgb, by: number): Rgb {
  return [colour[0] * by, colour[1] * by, colour[2] * by];
}

/** Dresses a person as a road worker, in place. */
export function dressWorker(surfaces: Surface[]): void {
  surfaces[1] = { colour: [236, 214, 60] };
  surfaces[2] = { colour: [244, 112, 32] };
  surfaces[3] = { colour: [232, 100, 30] };
  surfaces[4] = { colour: [52, 44, 38] };
}
