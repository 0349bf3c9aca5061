import type { Assets } from './assets.js';
import { gantryMesh, postMesh } from './models/furniture.js';
import type { Rgb, Surface } from './models/mesh.js';
import { type Part, type Prop, segment } from './prop.js';
import type { Random } from './random.js';
import type { Road } from './road.js';
import { type Place, poseAt } from './roadside.js';

const lampColours: readonly Rgb[] = [
  [255, 46, 36],
  [255, 176, 30],
  [40, 236, 150],
];

/**
 * States of a light in turn, and their durations, seconds: red and amber together for one, amber for three where 50
 * km/h are allowed (German guideline RiLSA).
 */
const cycle = [
  { lit: [0], forS: 22 },
  { lit: [0, 1], forS: 1 },
  { lit: [2], forS: 18 },
  { lit: [1], forS: 3 },
] as const;
const cycleS = cycle.reduce((sum, { forS }) => sum + forS, 0);
/** Initial states to draw from: red is seen most often. */
const drawnStates = [0, 0, 1, 2, 2, 3] as const;

/** Time in the cycle, seconds, of a light that has shown a state for a share of its duration. */
function timeInCycle(state: number, share: number): number {
  const before = cycle.slice(0, state).reduce((sum, { forS }) => sum + forS, 0);
  return before + share * cycle[state]!.forS;
}

/** State of a light that was at `startS` in its cycle when the scene began. */
export function lightStateAt(startS: number, timeS: number): number {
  let leftS = (startS + timeS) % cycleS;
  return Math.max(
    0,
    cycle.findIndex(({ forS }) => {
      leftS -= forS;
      return leftS < 0;
    }),
  );
}

/**
 * A traffic light on its own post or hung from an arm over the road. It cycles through red, red and amber, green,
 * amber from its initial state; `staysGreen`: for an ego car that does not look.
 */
export function makeTrafficLight(
  assets: Assets,
  road: Road,
  random: Random,
  place: Place,
  armM: number,
  staysGreen = false,
): Prop[] {
  const state = random.pick(drawnStates);
  // Derived from the place instead of drawn, so that later draws do not change.
  const startS = timeInCycle(state, (place.sM * 0.618) % 1);
  const housing = random.chance(0.8) ? ([28, 30, 30] as const) : ([52, 70, 54] as const);
  const looks = cycle.map(({ lit }) => lampSurfaces(housing, lit));
  const scale = random.range(1, 1.25);
  const head: Part = {
    mesh: assets.lightHeads[3],
    surfaces: looks[staysGreen ? 2 : state]!,
    ...(!staysGreen && { surfacesAt: (timeS: number) => looks[lightStateAt(startS, timeS)]! }),
    segmentId: segment.signSymbol,
    detection: 'traffic_light',
    frontOnly: true,
    scale,
  };
  const heights = armM > 0 ? [5.2] : [random.range(2.5, 3)];
  const props: Prop[] = [];
  const pole = armM > 0 ? gantryMesh(5.2, armM) : postMesh(heights[0]! + 0.6, 0.07);
  props.push({
    pose: poseAt(road, { ...place, yawRad: 0 }, 0),
    radiusM: 8,
    parts: [{ mesh: pole, surfaces: [{ colour: [122, 128, 128] }], segmentId: segment.pole }],
    shadow: { lengthM: 0.2, widthM: 0.2, heightM: heights[0]!, fromM: 0 },
  });
  const spots = armM > 0 ? [armM * 0.96, armM * 0.5] : [0];
  for (const offset of spots) {
    const pose = poseAt(road, { ...place, dM: place.dM + offset }, heights[0]!);
    pose.x += Math.cos(pose.yawRad) * 0.2;
    pose.y += Math.sin(pose.yawRad) * 0.2;
    props.push({ pose, radiusM: 1, parts: [head] });
  }
  return props;
}

function lampSurfaces(housing: Rgb, lit: readonly number[]): Surface[] {
  return [
    { colour: housing },
    ...lampColours.map((colour, index) =>
      lit.includes(index)
        ? { colour, glow: 1 }
        : { colour: [colour[0] * 0.16 + 12, colour[1] * 0.16 + 12, colour[2] * 0.16 + 12] as Rgb },
    ),
    { colour: [14, 14, 15] },
  ];
}
