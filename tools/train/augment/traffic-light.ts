import type { Random } from '../random.js';

type Rgb = readonly [number, number, number];

/** Appearance of a drawn traffic light. Lengths are multiples of the distance between two lamps. */
export interface TrafficLight {
  lamps: number;
  isHorizontal: boolean;
  /** From the outermost lamps' centres to the housing's ends, and from the middle to its long sides. */
  endMargin: number;
  sideMargin: number;
  /** Width of the board around the housing, 0 if there is none, and of the light rim on it. */
  board: number;
  rim: number;
  lampRadius: number;
  cornerRadius: number;
  visor: number;
  housing: Rgb;
  boardColour: Rgb;
  rimColour: Rgb;
  /** Colour of each lamp, and whether it is lit. */
  colours: readonly Rgb[];
  isLit: readonly boolean[];
  /** Share of its colour that an unlit lens shows. */
  dimness: number;
  /** Leans to the side by this share of its height. */
  shear: number;
}

const red: Rgb = [255, 48, 36];
const amber: Rgb = [255, 176, 40];
const green: Rgb = [40, 235, 150];
const orders: Readonly<Record<number, readonly Rgb[]>> = {
  2: [red, green],
  3: [red, amber, green],
  4: [red, amber, green, green],
};

const pick = <T>(random: Random, values: readonly T[]): T => values[random.below(values.length)]!;
const about = (random: Random, colour: Rgb, spread: number): Rgb => {
  const light = random.between(-spread, spread);
  return colour.map((value) => value + light + random.between(-8, 8)) as unknown as Rgb;
};
const housings: readonly Rgb[] = [
  [28, 30, 32],
  [28, 30, 32],
  [45, 58, 48],
  [196, 158, 40],
  [120, 124, 126],
];

/** Draws a random light: its build, its colours, and which of its lamps are lit. */
export function drawTrafficLight(random: Random): TrafficLight {
  const lamps = pick(random, [2, 3, 3, 3, 3, 3, 4]);
  const isHorizontal = random.chance(0.12);
  const hasBoard = random.chance(0.3);
  const state = random.next();
  const colours = orders[lamps]!;
  const last = state < 0.45 ? 0 : state < 0.55 ? 1 : lamps === 2 ? 1 : 2;
  const isLit = colours.map((_colour, lamp) => state < 0.93 && lamp === last);
  return {
    lamps,
    isHorizontal,
    endMargin: random.between(0.46, 0.62),
    sideMargin: random.between(0.42, 0.6),
    board: hasBoard ? random.between(0.15, 0.5) : 0,
    rim: random.chance(0.4) ? random.between(0.04, 0.1) : 0,
    lampRadius: random.between(0.3, 0.44),
    cornerRadius: random.between(0, 0.4),
    visor: random.chance(0.7) ? random.between(0.05, 0.22) : 0,
    housing: about(random, pick(random, housings), 16),
    boardColour: about(random, [30, 32, 34], 16),
    rimColour: random.chance(0.75) ? [228, 228, 224] : [224, 190, 60],
    colours: colours.map((colour) => about(random, colour, 15)),
    isLit,
    dimness: random.between(0.08, 0.4),
    shear: random.normal() * 0.04,
  };
}

const half = (light: TrafficLight) => ({
  along: (light.lamps - 1) / 2 + light.endMargin + light.board,
  across: light.sideMargin + light.board,
});

/** Width to height of the light's box. */
export function trafficLightAspect(light: TrafficLight): number {
  const { along, across } = half(light);
  return light.isHorizontal ? along / across : across / along;
}

/** How far inside a rectangle of the given half sides with round corners a point lies; negative outside. */
function depthInside(x: number, y: number, halfX: number, halfY: number, radius: number): number {
  const r = Math.min(radius, halfX, halfY);
  const dx = Math.abs(x) - (halfX - r);
  const dy = Math.abs(y) - (halfY - r);
  if (dx > 0 && dy > 0) return r - Math.hypot(dx, dy);
  return r - Math.max(dx, dy);
}

/**
 * Colour (0..255, may lie beyond) and opacity (0..1) of a light at a point of its box, in shares from its top-left
 * corner, written into `out` as red, green, blue, opacity. `daylight` multiplies everything that is not lit; `feather` is
 * the width of a soft edge, as a share of the distance between two lamps.
 */
export function trafficLightAt(
  light: TrafficLight,
  x: number,
  y: number,
  daylight: number,
  feather: number,
  out: Float64Array,
): void {
  const { along: halfAlong, across: halfAcross } = half(light);
  const leaning = x - 0.5 + light.shear * (y - 0.5);
  const along = (light.isHorizontal ? leaning : y - 0.5) * 2 * halfAlong;
  const across = (light.isHorizontal ? y - 0.5 : leaning) * 2 * halfAcross;
  const soft = (depth: number): number => Math.min(1, Math.max(0, 0.5 + depth / feather));
  const outline = depthInside(along, across, halfAlong, halfAcross, light.cornerRadius);
  out[3] = soft(outline);
  const set = (colour: Rgb, share: number, factor: number): void => {
    for (let channel = 0; channel < 3; channel++)
      out[channel] = out[channel]! + share * (colour[channel]! * factor - out[channel]!);
  };
  set(light.boardColour, 1, daylight);
  if (light.rim > 0) set(light.rimColour, 1 - soft(outline - light.rim), daylight);
  const inner = depthInside(
    along,
    across,
    halfAlong - light.board,
    halfAcross - light.board,
    light.cornerRadius,
  );
  if (light.board > 0) set(light.housing, soft(inner), daylight);
  else if (light.rim === 0) set(light.housing, 1, daylight);
  else set(light.housing, soft(inner - light.rim), daylight);

  const lamp = Math.min(light.lamps - 1, Math.max(0, Math.round(along + (light.lamps - 1) / 2)));
  const dx = along - (lamp - (light.lamps - 1) / 2);
  const distance = Math.hypot(dx, across);
  // The hood surrounds the upper half of the lens.
  const isAbove = light.isHorizontal ? across < 0 : dx < 0;
  if (light.visor > 0 && isAbove)
    set([14, 14, 15], soft(light.lampRadius + light.visor - distance), daylight);
  const shine = light.isLit[lamp] ? 1 : light.dimness * daylight;
  set(light.colours[lamp]!, soft(light.lampRadius - distance), shine);
  if (!light.isLit[lamp]) return;
  const core = Math.max(0, 1 - distance / light.lampRadius);
  set([255, 250, 225], core * 0.7, 1);
  const glow = 0.35 * Math.exp(-((distance / (light.lampRadius * 1.4)) ** 2));
  set(light.colours[lamp]!, glow, 1);
}
