import type { Manifest, Task } from '../../bundle/manifest.js';
import { type FootPoint, footPointOf } from '../../perception/road/foot-point.js';
import { type MapView, RoadAhead } from '../../perception/road/road-ahead.js';
import { hidingOf } from '../../perception/road/road-borders.js';
import { flatRoad } from '../../perception/road/road-surface.js';
import { isFootSeen, sizeSightOf } from '../../perception/road/usual-heights.js';
import { drivableOf } from '../../perception/segmentation/free-space.js';
import { classesOf } from '../classes-of.js';
import type { FusedAnswers, Ground } from '../stage-fusion.js';
import type { StandingCamera } from '../standing-camera.js';

/** Classes that hang on posts: their boxes end in the air. */
const hangingClasses: ReadonlySet<string> = new Set(['traffic_light', 'traffic_sign']);

/** Returns where the frame's boxes stand, in their order. Frames must come in order. */
export type GroundPlaces = (answers: FusedAnswers) => (FootPoint | undefined)[];

/** `manifests`: of every stage that runs; if a class map is among them, the road's borders are used too. */
export function createGroundPlaces(
  manifests: ReadonlyMap<Task, Manifest>,
  { camera, mount }: StandingCamera,
  ground: Ground = 'plane',
): GroundPlaces {
  const classes = classesOf(manifests.get('detection'));
  const road = ground === 'road' ? new RoadAhead(camera, mount, mapViewOf(manifests)) : undefined;
  const flat = flatRoad(mount.pitchDeviationRad);
  return ({ detection, segmentation }) => {
    if (detection === undefined) return [];
    const standing = detection.detections.map((box) => {
      const className = classes[box.classId] ?? '';
      return hangingClasses.has(className) ? undefined : { ...box, className };
    });
    const boxes = standing.filter((box) => box !== undefined);
    const sights = standing.map((box) =>
      road !== undefined && box !== undefined && isFootSeen(box.boxXyxyPx, boxes)
        ? sizeSightOf(box.boxXyxyPx, box.className, camera)
        : undefined,
    );
    const things = sights.filter((sight) => sight !== undefined);
    const surface = road?.look(segmentation, things, detection.dtS) ?? flat;
    return standing.map(
      (box, index) => box && footPointOf(box.boxXyxyPx, camera, mount, surface, sights[index]),
    );
  };
}

function mapViewOf(manifests: ReadonlyMap<Task, Manifest>): MapView | undefined {
  const manifest = manifests.get('segmentation');
  if (manifest?.decode.kind !== 'segmentation') return undefined;
  const { decode, input } = manifest;
  const { classes } = decode;
  return { input: input.spec, isDrivable: drivableOf(decode), isHiding: hidingOf(classes) };
}
