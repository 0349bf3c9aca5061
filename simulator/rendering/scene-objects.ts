import type { Vec3 } from '../world/models/mesh.js';
import type { Part, Prop } from '../world/prop.js';
import type { World } from '../world/world.js';
import type { Painter } from './raster/painter.js';
import { firstObjectId } from './raster/rasterizer.js';

/** Objects farther away than this are not drawn, metres. */
const viewM = 220;
/** Id of the detector's first object in the picture. */
export const firstInstanceId = firstObjectId + 16;

/** An object of the world with its pose in a frame. */
export interface PlacedProp {
  prop: Prop;
  depthM: number;
  /** Index among all props of the world, the same in every frame. */
  number: number;
  /** Velocity in the world, metres per second; undefined if it does not move. */
  velocityMps: Vec3 | undefined;
}

/** An object of the detector as it was drawn. */
export interface DrawnObject {
  velocityMps: Vec3 | undefined;
  part: Part;
  objectId: number;
  distanceM: number;
  coveredPx: number;
}

/** Props of a world that may be visible at a time, the nearest first. */
export function visibleProps(painter: Painter, world: World, timeS: number): PlacedProp[] {
  const placed: PlacedProp[] = [];
  const consider = (prop: Prop, number: number, velocityMps?: Vec3): void => {
    const { x, y, z } = prop.pose;
    const depthM = painter.depthOf(x, y, z);
    if (depthM > viewM || !painter.mayShow(x, y, z, prop.radiusM)) return;
    placed.push({ prop, depthM, number, velocityMps });
  };
  for (const [index, prop] of world.statics.entries()) consider(prop, index);
  for (const [index, actor] of world.actors.entries()) {
    const { startM, direction, speedMps } = actor.track;
    const sM = startM + direction * speedMps * timeS;
    if (sM <= 0.5 || sM >= world.road.lengthM - 0.5) continue;
    const heading = world.road.at(sM).headingRad;
    const alongMps = direction * speedMps;
    const velocityMps: Vec3 = [Math.cos(heading) * alongMps, Math.sin(heading) * alongMps, 0];
    consider(actor.propAt(timeS), world.statics.length + index, velocityMps);
  }
  return placed.sort((a, b) => a.depthM - b.depthM || a.number - b.number);
}

/** Draws near props first; gives every object of the detector a unique id. */
export function drawProps(
  painter: Painter,
  props: readonly PlacedProp[],
  timeS: number,
): DrawnObject[] {
  const { raster, camera } = painter;
  const objects: DrawnObject[] = [];
  for (const { prop, depthM, number, velocityMps } of props) {
    const facing = Math.atan2(camera.y - prop.pose.y, camera.x - prop.pose.x);
    for (const part of prop.parts) {
      const isObject =
        part.detection !== undefined &&
        (part.frontOnly !== true || Math.cos(facing - prop.pose.yawRad) > 0.15);
      raster.isCounting = isObject;
      raster.coveredPx = 0;
      raster.objectId = isObject
        ? firstInstanceId + objects.length
        : firstObjectId + part.segmentId;
      const pose = part.facesCamera === true ? { ...prop.pose, yawRad: facing } : prop.pose;
      const surfaces = part.surfacesAt?.(timeS) ?? part.surfaces;
      painter.drawMesh(part.mesh, pose, surfaces, part.scale ?? 1);
      if (isObject) {
        objects.push({
          part,
          velocityMps,
          objectId: number + 1,
          distanceM: depthM,
          coveredPx: raster.coveredPx,
        });
      }
    }
  }
  raster.isCounting = false;
  return objects;
}
