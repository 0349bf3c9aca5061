import { type ActorPath, makeVehicle } from './actors.js';
import type { Assets } from './assets.js';
import type { Prop } from './prop.js';
import type { Random } from './random.js';
import { makeTree } from './roadside.js';
import { makeSignPost } from './sign-post.js';
import {
  asphaltEdgeM,
  type PaintMark,
  type SideRoad,
  stretchAt,
  type World,
  type WorldOptions,
} from './world.js';

/** Radius of the kerb in a mouth, metres. */
const cornerM = 4;
/** Side roads are drawn this far from the edge of the main one. */
export const sideRoadLengthM = 45;
/** Classes that tell the main road's traffic that it has right of way, or that others come from the side. */
const mainRoadSigns = [11, 11, 12, 18] as const;
const yieldSign = 13;
const stopSign = 14;

/** Half the mouth at the edge of the main road, kerb corners included, metres. */
export function mouthHalfM(sideRoad: SideRoad): number {
  return sideRoad.widthM / 2 + cornerM;
}

/** How far the side road's asphalt extends next to the main road at `sM`; 0 away from the mouth. */
export function mouthDepthM(sideRoad: SideRoad, sM: number): number {
  const beyondM = Math.abs(sM - sideRoad.sM) - sideRoad.widthM / 2;
  if (beyondM <= 0) return sideRoadLengthM;
  if (beyondM >= cornerM) return 0;
  return cornerM - Math.sqrt(cornerM ** 2 - (cornerM - beyondM) ** 2);
}

/** Adds side roads to a finished world: clears their mouths, paints them, sets up signs and waiting traffic. */
export function addSideRoad(
  assets: Assets,
  random: Random,
  world: World,
  sideRoad: SideRoad,
  options: WorldOptions,
): void {
  world.sideRoads.push(sideRoad);
  clearMouth(world, sideRoad);
  const stretch = stretchAt(world, sideRoad.sM);
  const edgeM = asphaltEdgeM(world, stretch);
  const hasStop = random.chance(0.3);
  for (const side of sideRoad.sides) {
    world.marks.push(...mouthMarks(sideRoad, side, edgeM, hasStop));
    addMouthTraffic(assets, random, world, sideRoad, side, edgeM, options);
    const post = makeSignPost(
      assets,
      world.road,
      random,
      {
        // Before the mouth, on the right of drivers who approach the main road.
        sM: sideRoad.sM - side * (sideRoad.widthM / 2 + 0.8),
        dM: side * (edgeM + cornerM),
        yawRad: side * (Math.PI / 2),
      },
      [hasStop ? stopSign : yieldSign],
      random.next() * options.maxWear,
      0.8,
      2,
    );
    // Trees close off the view at the end of the side road.
    const row = Array.from({ length: 6 }, (_, i) =>
      makeTree(
        assets,
        world.road,
        random,
        {
          sM: sideRoad.sM + (i - 2.5) * 4 + random.range(-1, 1),
          dM: side * (edgeM + sideRoadLengthM + random.range(1, 5)),
          yawRad: 0,
        },
        options.greenTint,
        0.06,
      ),
    );
    world.statics.push(...post, ...row);
  }
  const place = {
    sM: sideRoad.sM - random.range(14, 30),
    dM: -(edgeM + random.range(0.6, 1.2)),
    yawRad: Math.PI,
  };
  const classIds = [random.pick(mainRoadSigns)];
  const wear = random.next() * options.maxWear;
  world.statics.push(...makeSignPost(assets, world.road, random, place, classIds, wear, 0.8, 2.1));
}

/** Half the extent of a prop along a direction, metres: from its shadow, which has its dimensions. */
function reachAlong({ pose, shadow, radiusM }: Prop, headingRad: number): number {
  if (shadow === undefined) return Math.min(radiusM, 0.6);
  const turn = pose.yawRad - headingRad;
  const along =
    Math.abs(Math.cos(turn)) * shadow.lengthM + Math.abs(Math.sin(turn)) * shadow.widthM;
  return along / 2;
}

function clearMouth(world: World, sideRoad: SideRoad): void {
  const { road } = world;
  const edgeM = asphaltEdgeM(world, stretchAt(world, sideRoad.sM));
  const { x, y, headingRad } = road.at(sideRoad.sM);
  const isFree = (prop: Prop): boolean => {
    const dx = prop.pose.x - x;
    const dy = prop.pose.y - y;
    const along = dx * Math.cos(headingRad) + dy * Math.sin(headingRad);
    const left = dy * Math.cos(headingRad) - dx * Math.sin(headingRad);
    const side = left > 0 ? 1 : -1;
    if (!sideRoad.sides.includes(side) || Math.abs(left) < edgeM - 0.2) return true;
    if (Math.abs(left) > edgeM + sideRoadLengthM + 20) return true;
    const halfM =
      Math.abs(left) < edgeM + cornerM ? mouthHalfM(sideRoad) : sideRoad.widthM / 2 + 0.7;
    return Math.abs(along) > halfM + reachAlong(prop, headingRad);
  };
  world.statics = world.statics.filter(isFree);
  world.actors = world.actors.filter(
    (actor) =>
      actor.track.speedMps > 0 || Math.abs(actor.track.dM) < edgeM - 2.3 || isFree(actor.propAt(0)),
  );
}

/** A stop or give-way line at the mouth, and dashes along the side road. */
function mouthMarks(
  { sM, widthM }: SideRoad,
  side: 1 | -1,
  edgeM: number,
  hasStop: boolean,
): PaintMark[] {
  const across = (fromM: number, toM: number): Pick<PaintMark, 'fromDM' | 'toDM'> => ({
    fromDM: side * (edgeM + fromM),
    toDM: side * (edgeM + toM),
  });
  // Traffic towards the main road keeps to the right: that half is behind the line.
  const farS = sM - side * (widthM / 2);
  const marks: PaintMark[] = [];
  if (hasStop) {
    marks.push({ fromSM: Math.min(sM, farS), toSM: Math.max(sM, farS), ...across(0.5, 1) });
  } else {
    for (let from = Math.min(sM, farS) + 0.1; from + 0.5 <= Math.max(sM, farS); from += 0.75) {
      marks.push({ fromSM: from, toSM: from + 0.5, ...across(0.5, 1) });
    }
  }
  for (let from = 2; from < sideRoadLengthM - 4; from += 7) {
    marks.push({ fromSM: sM - 0.06, toSM: sM + 0.06, ...across(from, from + 3) });
  }
  return marks;
}

function addMouthTraffic(
  assets: Assets,
  random: Random,
  world: World,
  { sM, widthM }: SideRoad,
  side: 1 | -1,
  edgeM: number,
  options: WorldOptions,
): void {
  const add = (dM: number, isComing: boolean): void => {
    const track: ActorPath = {
      startM: sM + (isComing ? -side : side) * (widthM / 4),
      dM: side * dM,
      speedMps: 0,
      direction: 1,
      // Towards the main road from the left is a turn to the right of its direction.
      yawRad: (isComing ? -side : side) * (Math.PI / 2) + random.normal() * 0.03,
      upM: 0,
    };
    const kind = random.chance(0.8) ? 'car' : random.pick(['truck', 'motorcycle'] as const);
    world.actors.push(makeVehicle(assets, world.road, random, kind, track, options.lightsOn));
  };
  if (random.chance(0.6)) add(edgeM + 4.6, true);
  if (random.chance(0.25)) add(edgeM + 12.5, true);
  if (random.chance(0.35)) add(edgeM + random.range(12, 34), false);
}
