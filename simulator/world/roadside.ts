import type { Assets } from './assets.js';
import { buildingMesh } from './models/building.js';
import {
  fenceMesh,
  guardRailMesh,
  lampPostMesh,
  postMesh,
  sharedMesh,
  trunkMesh,
} from './models/furniture.js';
import type { Rgb, Surface } from './models/mesh.js';
import { type Part, type Prop, segment } from './prop.js';
import type { Random } from './random.js';
import type { Road } from './road.js';

/** A place next to the road; yaw is relative to the road's direction. */
export interface Place {
  sM: number;
  dM: number;
  yawRad: number;
}

/** The pose of a place, `upM` above the road. */
export function poseAt(
  road: Road,
  place: Place,
  upM: number,
  rollRad = 0,
  pitchRad = 0,
): Prop['pose'] {
  const [x, y, z] = road.toWorld(place.sM, place.dM, upM);
  return { x, y, z, yawRad: road.at(place.sM).headingRad + place.yawRad, pitchRad, rollRad };
}

export const steel: Surface = { colour: [150, 153, 156] };

export function makeLampPost(road: Road, random: Random, place: Place): Prop {
  const heightM = random.integer(10, 17) / 2;
  const armM = random.integer(3, 8) / 4;
  const grey = random.range(86, 150);
  return {
    pose: poseAt(road, place, 0),
    radiusM: heightM + 2,
    parts: [
      {
        mesh: sharedMesh(`lamp ${heightM} ${armM}`, () => lampPostMesh(heightM, armM)),
        surfaces: [{ colour: [grey, grey + 2, grey + 2] }, { colour: [206, 206, 198] }],
        segmentId: segment.pole,
      },
    ],
    shadow: { lengthM: 0.15, widthM: 0.15, heightM, fromM: 0 },
  };
}

/** A bollard or a delineator with its dark cap. */
export function makeBollard(road: Road, place: Place): Prop {
  return {
    pose: poseAt(road, place, 0),
    radiusM: 1.2,
    parts: [
      {
        mesh: sharedMesh('bollard', () => postMesh(0.95, 0.06)),
        surfaces: [{ colour: [226, 226, 222] }],
        segmentId: segment.pole,
      },
    ],
  };
}

/** A leafy, coniferous or bare tree; `tint` is the season's colour. */
export function makeTree(
  assets: Assets,
  road: Road,
  random: Random,
  place: Place,
  tint: Rgb,
  bareShare: number,
  coniferShare = 0.3,
): Prop {
  const { library } = assets;
  const kind = random.chance(bareShare)
    ? 'bare'
    : random.chance(coniferShare)
      ? 'conifer'
      : 'crown';
  const heightM = random.range(5, kind === 'conifer' ? 14 : 11.5);
  const tone = random.range(0.8, 1.1);
  const textures =
    kind === 'bare' ? library.bareTrees : kind === 'conifer' ? library.conifers : library.crowns;
  const colour: Rgb =
    kind === 'bare'
      ? [255 * tone, 255 * tone, 255 * tone]
      : [255 * tone * tint[0], 255 * tone * tint[1], 255 * tone * tint[2]];
  const footM =
    kind === 'crown' ? heightM * random.range(0.14, 0.28) : kind === 'conifer' ? 0.5 : 0;
  const trunkTopM = Math.max(0.1, Math.round(footM * 4) / 4);
  const trunkRadiusM = Math.round(9 + heightM * 1.4) / 100;
  const trunk = sharedMesh(`trunk ${trunkTopM} ${trunkRadiusM}`, () =>
    trunkMesh(trunkTopM, trunkRadiusM),
  );
  const parts: Part[] = [
    {
      mesh: stretchedSheet(
        kind === 'conifer' ? heightM * 0.45 : heightM * random.range(0.62, 0.95),
        footM,
        heightM,
      ),
      surfaces: [{ colour, texture: random.pick(textures), isCutOut: true, isTwoSided: true }],
      segmentId: segment.tree,
      facesCamera: true,
    },
  ];
  if (kind !== 'bare') {
    parts.push({
      mesh: trunk,
      surfaces: [{ colour: [92, 78, 64] }],
      segmentId: segment.tree,
    });
  }
  return {
    pose: poseAt(road, place, -0.15),
    radiusM: heightM,
    parts,
    shadow: { lengthM: heightM * 0.5, widthM: heightM * 0.5, heightM, fromM: footM },
  };
}

function stretchedSheet(widthM: number, fromM: number, toM: number): Part['mesh'] {
  const half = widthM / 2;
  return {
    faces: [
      {
        corners: Float64Array.of(0, -half, fromM, 0, half, fromM, 0, half, toM, 0, -half, toM),
        uv: Float64Array.of(0, 1, 1, 1, 1, 0, 0, 0),
        normal: [0.8, 0, 0.6],
        slot: 0,
      },
    ],
    radiusM: Math.hypot(half, toM),
  };
}

/** A house whose front line is at the place and faces across the road. */
export function makeBuilding(
  assets: Assets,
  road: Road,
  random: Random,
  place: Place,
  widthM: number,
  maxFloors: number,
  shopShare: number,
): Prop {
  const { library } = assets;
  const floors = random.integer(1, maxFloors);
  const depthM = random.range(8, 13);
  const tone = random.range(0.78, 1.08);
  const tint: Rgb = [
    255 * tone * random.range(0.94, 1.05),
    255 * tone,
    255 * tone * random.range(0.92, 1.05),
  ];
  const facade = random.pick(library.facades);
  return {
    pose: poseAt(road, place, 0),
    radiusM: Math.hypot(widthM, floors * 3 + 10),
    parts: [
      {
        mesh: buildingMesh(
          widthM,
          depthM,
          floors,
          random.chance(shopShare),
          floors < 4 && random.chance(0.7),
        ),
        surfaces: [
          { colour: tint, texture: facade },
          { colour: tint, texture: random.pick(library.shops) },
          { colour: [255 * tone, 255 * tone, 255 * tone], texture: random.pick(library.roofs) },
          { colour: [150 * tone, 146 * tone, 140 * tone] },
          { colour: tint, texture: facade },
        ],
        segmentId: segment.building,
      },
    ],
    shadow: { lengthM: depthM * 2, widthM, heightM: floors * 3 + 3, fromM: 0 },
  };
}

export type BarrierKind = 'guard-rail' | 'railing' | 'wall' | 'hedge' | 'chain-link' | 'wood';

/** One field of a barrier from `place`, `lengthM` along the road. */
export function makeBarrier(
  assets: Assets,
  road: Road,
  random: Random,
  place: Place,
  lengthM: number,
  kind: BarrierKind,
  heightM: number,
  tone: number,
): Prop {
  const { library } = assets;
  const white = 255 * tone;
  const even: Rgb = [white, white, white];
  // Heights in steps of a decimetre, so that the meshes can be shared.
  const topM = Math.round(heightM * 10) / 10;
  const shared = (build: () => Part['mesh']): Part['mesh'] =>
    sharedMesh(`${kind} ${lengthM} ${topM}`, build);
  let mesh: Part['mesh'];
  let surfaces: Surface[];
  switch (kind) {
    case 'guard-rail':
      mesh = shared(() => guardRailMesh(lengthM));
      surfaces = [{ colour: [168 * tone, 172 * tone, 176 * tone] }];
      break;
    case 'railing':
      mesh = shared(() => fenceMesh('railing', lengthM, topM));
      surfaces = [{ colour: [58 * tone, 62 * tone, 64 * tone] }, steel];
      break;
    case 'chain-link':
      mesh = shared(() => fenceMesh('mesh', lengthM, topM));
      surfaces = [
        { colour: [96 * tone, 104 * tone, 98 * tone] },
        { colour: even, texture: library.chainLink, isCutOut: true, isTwoSided: true },
      ];
      break;
    case 'hedge':
      mesh = shared(() => fenceMesh('panel', lengthM, topM));
      surfaces = [steel, { colour: even, texture: random.pick(library.hedges) }];
      break;
    case 'wall':
      mesh = shared(() => fenceMesh('panel', lengthM, topM));
      surfaces = [steel, { colour: [white, white * 0.95, white * 0.9], texture: library.gravel }];
      break;
    case 'wood':
      mesh = shared(() => fenceMesh('panel', lengthM, topM));
      surfaces = [
        steel,
        { colour: [white * 0.8, white * 0.62, white * 0.46], texture: library.pavings[2]! },
      ];
      break;
  }
  const from = road.toWorld(place.sM, place.dM);
  const to = road.toWorld(place.sM + lengthM, place.dM);
  const pose = poseAt(road, place, 0);
  // Fields follow the chord, so that they meet on the outside of a curve too.
  pose.yawRad = Math.atan2(to[1] - from[1], to[0] - from[0]);
  pose.pitchRad = -Math.atan2(to[2] - from[2], lengthM);
  return {
    pose,
    radiusM: lengthM + 1,
    parts: [
      {
        mesh,
        surfaces,
        segmentId: kind === 'hedge' ? segment.tree : segment.fence,
        scale: Math.hypot(to[0] - from[0], to[1] - from[1]) / lengthM,
      },
    ],
    ...(kind === 'railing' || kind === 'chain-link'
      ? {}
      : {
          shadow: {
            lengthM: lengthM * 2,
            widthM: 0.2,
            heightM,
            fromM: kind === 'guard-rail' ? 0.4 : 0,
          },
        }),
  };
}
