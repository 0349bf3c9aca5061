import { gantryMesh, postMesh } from '../models/furniture.js';
import type { Rgb, Surface } from '../models/mesh.js';
import type { Random } from '../random.js';
import type { Texture } from '../raster/texture.js';
import { wornSign } from '../signs/sign-atlas.js';
import type { Assets } from './assets.js';
import { type Part, type Prop, segment } from './prop.js';
import type { Road } from './road.js';
import { type Place, poseAt, steel } from './roadside.js';

/**
 * One or two signs on a post, facing `place.yawRad`. `wear` 0..1. Returns a prop a plate (each with its own
 * tilt) and one for the post.
 */
export function makeSignPost(
  assets: Assets,
  road: Road,
  random: Random,
  place: Place,
  classIds: readonly number[],
  wear: number,
  sizeM: number,
  footM: number,
): Prop[] {
  const props: Prop[] = [];
  let centreM = footM;
  const tilt = random.normal() * 0.035 * (1 + 2 * wear);
  const twist = random.normal() * 0.09;
  for (const [index, classId] of classIds.entries()) {
    const shape = assets.atlas.shapes[classId]!;
    const size =
      sizeM * (shape === 'triangle' || shape === 'yield' ? 1.14 : 1) * (index > 0 ? 0.95 : 1);
    centreM += size / 2;
    const face: Part = {
      mesh: assets.plate.face,
      surfaces: [agedFace(assets.atlas.faces[classId]!, random.fork(), wear)],
      segmentId: segment.signSymbol,
      detection: 'traffic_sign',
      signClassId: classId,
      scale: size,
    };
    const back: Part = {
      mesh: assets.plate.back,
      surfaces: [{ colour: [190, 192, 194], texture: assets.atlas.backs[shape], isSmooth: true }],
      segmentId: segment.signSymbol,
      scale: size,
    };
    const pose = poseAt(
      road,
      { ...place, yawRad: place.yawRad + twist + random.normal() * 0.05 },
      centreM,
      tilt + random.normal() * 0.02,
      random.normal() * 0.02,
    );
    // The plate hangs before its post.
    pose.x += Math.cos(pose.yawRad) * 0.06;
    pose.y += Math.sin(pose.yawRad) * 0.06;
    props.push({ pose, radiusM: size, parts: [face, back] });
    centreM += size / 2 + 0.03;
  }
  props.push({
    pose: poseAt(road, place, 0),
    radiusM: centreM + 1,
    parts: [{ mesh: postMesh(centreM, 0.038), surfaces: [steel], segmentId: segment.pole }],
    shadow: { lengthM: 0.1, widthM: 0.3, heightM: centreM, fromM: 0 },
  });
  return props;
}

const lampColours: readonly Rgb[] = [
  [255, 46, 36],
  [255, 176, 30],
  [40, 236, 150],
];

/** A traffic light that shows red, red-amber, green or amber; on its own post or hung from an arm over the road. */
export function makeTrafficLight(
  assets: Assets,
  road: Road,
  random: Random,
  place: Place,
  armM: number,
  isGreen = false,
): Prop[] {
  const drawn = random.pick([[0], [0], [0, 1], [2], [2], [1]] as const) as readonly number[];
  const lit = isGreen ? [2] : drawn;
  const housing = random.chance(0.8) ? ([28, 30, 30] as const) : ([52, 70, 54] as const);
  const surfaces: Surface[] = [
    { colour: housing },
    ...lampColours.map((colour, index) =>
      lit.includes(index)
        ? { colour, glow: 1 }
        : { colour: [colour[0] * 0.16 + 12, colour[1] * 0.16 + 12, colour[2] * 0.16 + 12] as Rgb },
    ),
    { colour: [14, 14, 15] },
  ];
  const scale = random.range(1, 1.25);
  const head: Part = {
    mesh: assets.lightHeads[3],
    surfaces,
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

/** A face that ages when it is first drawn: most signs of a world never come into view. */
function agedFace(face: Texture, random: Random, wear: number): Surface {
  let aged: Texture | undefined;
  return {
    colour: [250, 250, 250],
    get texture() {
      aged ??= wornSign(face, random, wear);
      return aged;
    },
    isSmooth: true,
    // Retro-reflective foil looks brighter than its surroundings.
    glow: 0.15 + 0.5 * random.next(),
  };
}
