import type { Vec3 } from '../world/models/mesh.js';
import type { World } from '../world/world.js';
import type { CameraMotion } from './effects/shutter.js';
import type { EgoState } from './ego-camera.js';
import type { Painter } from './raster/painter.js';
import { type DrawnObject, firstInstanceId } from './scene-objects.js';

/** Motion of the camera and of visible objects, in the camera's axes. */
export function motionOf(
  painter: Painter,
  world: World,
  ego: EgoState,
  objects: readonly DrawnObject[],
): CameraMotion {
  const { right, down, forward } = painter.axes;
  const inCamera = (v: Vec3): Vec3 => [
    v[0] * right[0] + v[1] * right[1] + v[2] * right[2],
    v[0] * down[0] + v[1] * down[1] + v[2] * down[2],
    v[0] * forward[0] + v[1] * forward[1] + v[2] * forward[2],
  ];
  const { headingRad, slope, curvaturePerM } = world.road.at(ego.sM);
  const heading = headingRad + ego.yawRad;
  const { speedMps } = ego;
  const velocities = objects.map(({ velocityMps }) => velocityMps && inCamera(velocityMps));
  return {
    velocityMps: inCamera([
      Math.cos(heading) * speedMps,
      Math.sin(heading) * speedMps,
      slope * speedMps,
    ]),
    yawRadPerS: -speedMps * curvaturePerM,
    velocityOf: (objectId) =>
      objectId >= firstInstanceId ? velocities[objectId - firstInstanceId] : undefined,
  };
}
