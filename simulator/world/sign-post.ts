import type { Texture } from '../rendering/raster/texture.js';
import type { Assets } from './assets.js';
import { postMesh } from './models/furniture.js';
import type { Surface } from './models/mesh.js';
import { type Part, type Prop, segment } from './prop.js';
import type { Random } from './random.js';
import type { Road } from './road.js';
import { type Place, poseAt, steel } from './roadside.js';
import { wornSign } from './signs/sign-atlas.js';

/**
 * One or two signs on a post, facing `place.yawRad`. `wear` 0..1. Returns one prop per plate (each with its own tilt)
 * and one for the post.
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
    // The plate hangs in front of its post.
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

/** A face that is aged only when it is first drawn, because most signs of a world never come into view. */
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
