import { makePerson, makeVehicle } from './actors.js';
import type { Assets } from './assets.js';
import { sharedMesh } from './models/furniture.js';
import type { Mesh, Surface } from './models/mesh.js';
import { barrierBoardMesh, beaconMesh, coneMesh, heapMesh } from './models/roadworks.js';
import { type Prop, segment } from './prop.js';
import type { Random } from './random.js';
import { type Place, poseAt } from './roadside.js';
import { makeSignPost } from './sign-post.js';
import { asphaltEdgeM, stretchAt, type World, type WorldOptions } from './world.js';

const roadWorkSign = 25;
const narrowsSign = 24;
const limitSigns = [1, 2] as const;

/**
 * Roadworks on the right, starting at `fromM`: signs before them, a taper of beacons, a row along a yellow line, and
 * behind it dug-up ground, heaps, a vehicle and people at work. Existing objects there are removed; the ego lane's
 * left part stays free.
 */
export function addRoadworks(
  assets: Assets,
  random: Random,
  world: World,
  fromM: number,
  lengthM: number,
  options: WorldOptions,
): void {
  const { road, make } = world;
  const toM = fromM + lengthM;
  const edgeM = asphaltEdgeM(world, stretchAt(world, fromM));
  // The beacons leave one car width of the lane.
  const lineM = -(
    make.laneWidthM * (make.lanesPerDirection - 1) +
    Math.max(2.3, make.laneWidthM - 1)
  );
  world.actors = world.actors.filter(({ track }) => {
    const isHere = track.startM > fromM - 6 && track.startM < toM + 4;
    return !(isHere && track.dM < lineM + 1.4);
  });
  const props: Prop[] = [];
  const stripes = { colour: [240, 240, 240] as const, texture: assets.library.stripes };
  const beaconSurfaces: Surface[] = [
    { ...stripes, glow: 0.2, isTwoSided: true },
    { colour: [38, 38, 40] },
    random.chance(0.5) ? { colour: [255, 178, 40], glow: 1 } : { colour: [196, 150, 60] },
  ];
  const stand = (kind: string, build: () => Mesh, place: Place, surfaces: Surface[]): void => {
    const isBoard = kind === 'barrier board';
    props.push({
      pose: poseAt(road, place, 0),
      radiusM: 2.4,
      parts: [
        {
          mesh: sharedMesh(kind, build),
          surfaces,
          segmentId: isBoard ? segment.fence : kind === 'heap' ? segment.tree : segment.pole,
        },
      ],
      shadow: {
        lengthM: 0.2,
        widthM: isBoard ? 2 : 0.3,
        heightM: kind === 'heap' ? 0.9 : 1.1,
        fromM: 0,
      },
    });
  };
  const coneSurfaces: Surface[] = [
    { colour: [232, 92, 36] },
    { colour: [44, 44, 46] },
    { colour: [238, 238, 236] },
  ];
  const isConed = random.chance(0.35);
  for (let s = fromM - 14; s < toM; s += s < fromM ? 2.8 : 5) {
    const reach = Math.min(1, (s - fromM + 14) / 14);
    const dM = -edgeM + (lineM + edgeM) * reach - 0.2;
    const place = { sM: s, dM, yawRad: random.normal() * 0.06 };
    if (isConed) stand('cone', coneMesh, place, coneSurfaces);
    else stand('beacon', beaconMesh, place, beaconSurfaces);
  }
  for (const sM of [fromM + 0.5, toM]) {
    for (let d = lineM - 1.4; d > -edgeM - 0.5; d -= 2.2) {
      stand(
        'barrier board',
        barrierBoardMesh,
        { sM, dM: d, yawRad: random.normal() * 0.05 },
        beaconSurfaces,
      );
    }
  }
  world.marks.push(
    { fromSM: fromM, toSM: toM, fromDM: lineM + 0.05, toDM: lineM + 0.17, colour: [222, 176, 44] },
    {
      fromSM: fromM + 2,
      toSM: toM - 1,
      fromDM: -edgeM + 0.2,
      toDM: lineM - 0.9,
      colour: random.pick([
        [58, 56, 54],
        [122, 104, 80],
      ]),
    },
  );
  const heap: Surface[] = [
    {
      colour: random.pick([
        [150, 126, 92],
        [112, 106, 98],
      ] as const),
    },
  ];
  for (let heaps = random.integer(0, 3); heaps > 0; heaps--) {
    const place = {
      sM: random.range(fromM + 4, toM - 3),
      dM: -edgeM - 1.6,
      yawRad: random.range(0, 6),
    };
    stand('heap', heapMesh, place, heap);
  }
  world.statics.push(...props, ...signsBefore(assets, random, world, fromM, edgeM, options));
  const workDM = (lineM - edgeM) / 2 - 0.6;
  if (random.chance(0.6)) {
    const track = {
      startM: toM - 6,
      dM: workDM - 0.6,
      speedMps: 0,
      direction: 1,
      yawRad: 0,
      upM: 0,
    } as const;
    world.actors.push(makeVehicle(assets, road, random, 'truck', track, options.lightsOn));
  }
  for (let workers = random.integer(1, 4); workers > 0; workers--) {
    const track = {
      startM: random.range(fromM + 3, toM - 9),
      dM: workDM + random.range(-1, 0.4),
      speedMps: 0,
      direction: 1,
      yawRad: random.range(-3, 3),
      upM: 0,
    } as const;
    world.actors.push(makePerson(assets, road, random, track, 'worker'));
  }
}

function signsBefore(
  assets: Assets,
  random: Random,
  world: World,
  fromM: number,
  edgeM: number,
  options: WorldOptions,
): Prop[] {
  const before = (awayM: number, classIds: number[]): Prop[] => {
    const place = { sM: Math.max(1, fromM - awayM), dM: -(edgeM + 0.7), yawRad: Math.PI };
    const wear = 0.5 * random.next() * options.maxWear;
    return makeSignPost(assets, world.road, random, place, classIds, wear, 0.85, 1.2);
  };
  return [
    ...before(45, [roadWorkSign]),
    ...before(
      20,
      random.chance(0.5) ? [narrowsSign, random.pick(limitSigns)] : [random.pick(limitSigns)],
    ),
  ];
}
