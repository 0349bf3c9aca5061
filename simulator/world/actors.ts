import type { DetectionClass } from '../../src/perception/classes.js';
import type { Assets } from './assets.js';
import type { Mesh, Surface } from './models/mesh.js';
import { dressWorker, personSurfaces, vehicleSurfaces } from './models/paints.js';
import { walkPhases } from './models/person.js';
import { pedalPhases } from './models/two-wheelers.js';
import { type Prop, segment } from './prop.js';
import type { Random } from './random.js';
import type { Road } from './road.js';

/** An actor's motion: along the road at constant speed; direction 1 with the road, -1 against it. */
export interface ActorPath {
  startM: number;
  dM: number;
  speedMps: number;
  direction: 1 | -1;
  /** Added to the direction of travel, radians, for vehicles parked askew. */
  yawRad: number;
  /** Height above the road's surface, metres, for vehicles on the kerb. */
  upM: number;
}

/** A road user with its pose at any time. */
export interface Actor {
  track: ActorPath;
  propAt(timeS: number): Prop;
}

type BodyKind = Extract<DetectionClass, 'car' | 'truck' | 'bus' | 'motorcycle'>;

/** A vehicle of the kind with drawn make and paint. */
export function makeVehicle(
  assets: Assets,
  road: Road,
  random: Random,
  kind: BodyKind,
  track: ActorPath,
  lightsOn: boolean,
): Actor {
  const isBraking = random.chance(track.speedMps === 0 ? 0.06 : 0.16);
  let mesh: Mesh;
  let surfaces: Surface[];
  let size = { lengthM: 2.2, widthM: 0.7, heightM: 1.3 };
  if (kind === 'motorcycle') {
    mesh = random.pick(assets.motorcycles);
    surfaces = personSurfaces(random);
  } else {
    surfaces = vehicleSurfaces(assets.library, random, kind !== 'car', lightsOn, isBraking);
    if (kind === 'truck') {
      const model = random.pick(assets.trucks);
      mesh = model.mesh;
      size = { lengthM: model.lengthM, widthM: 2.4, heightM: model.heightM };
    } else if (kind === 'bus') {
      const model = random.pick(assets.buses);
      mesh = model.mesh;
      size = { lengthM: model.lengthM, widthM: 2.5, heightM: 3 };
    } else {
      const model = random.pick(assets.cars);
      mesh = model.mesh;
      size = model;
    }
  }
  const part = {
    mesh,
    surfaces,
    segmentId: kind === 'motorcycle' ? segment.bicyclist : segment.car,
    detection: kind,
    scale: random.range(0.96, 1.05),
  };
  return {
    track,
    propAt: (timeS) => ({
      pose: poseOn(road, track, timeS),
      radiusM: mesh.radiusM * 1.05,
      parts: [part],
      shadow: { lengthM: size.lengthM, widthM: size.widthM, heightM: size.heightM, fromM: 0.12 },
    }),
  };
}

/** A walker or a standing person (speed 0); a worker wears orange and stripes. */
export function makePerson(
  assets: Assets,
  road: Road,
  random: Random,
  track: ActorPath,
  role: 'walker' | 'worker' = 'walker',
): Actor {
  const variant = random.integer(0, 2);
  const surfaces = personSurfaces(random);
  if (role === 'worker') dressWorker(surfaces);
  const scale = random.chance(0.15) ? random.range(0.62, 0.8) : random.range(0.92, 1.09);
  const offset = random.next() * walkPhases;
  return {
    track,
    propAt: (timeS) => {
      // A stride is 1.4 m long.
      const phase =
        track.speedMps === 0
          ? walkPhases
          : Math.floor(offset + (timeS * track.speedMps * walkPhases) / (1.4 * scale)) % walkPhases;
      return {
        pose: poseOn(road, track, timeS),
        radiusM: 1.9,
        parts: [
          {
            mesh: assets.people[phase]![variant]!,
            surfaces,
            segmentId: segment.pedestrian,
            detection: 'pedestrian',
            scale,
          },
        ],
        shadow: { lengthM: 0.35, widthM: 0.45, heightM: 1.7, fromM: 0 },
      };
    },
  };
}

export function makeCyclist(assets: Assets, road: Road, random: Random, track: ActorPath): Actor {
  const variant = random.integer(0, 1);
  const surfaces = personSurfaces(random);
  const offset = random.next() * pedalPhases;
  const scale = random.range(0.94, 1.06);
  return {
    track,
    propAt: (timeS) => ({
      pose: poseOn(road, track, timeS),
      radiusM: 2,
      parts: [
        {
          mesh: assets.cyclists[Math.floor(offset + timeS * pedalPhases * 1.1) % pedalPhases]![
            variant
          ]!,
          surfaces,
          segmentId: segment.bicyclist,
          detection: 'cyclist',
          scale,
        },
      ],
      shadow: { lengthM: 1.7, widthM: 0.4, heightM: 1.6, fromM: 0 },
    }),
  };
}

function poseOn(road: Road, track: ActorPath, timeS: number): Prop['pose'] {
  const sM = track.startM + track.direction * track.speedMps * timeS;
  const [x, y, z] = road.toWorld(sM, track.dM, track.upM);
  const point = road.at(sM);
  const turned = track.direction < 0 ? Math.PI : 0;
  return {
    x,
    y,
    z,
    yawRad: point.headingRad + turned + track.yawRad,
    pitchRad: -Math.atan(point.slope) * track.direction * Math.cos(track.yawRad),
    rollRad: 0,
  };
}
