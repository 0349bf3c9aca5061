import { cameraPose } from '../rendering/ego-camera.js';
import type { Pose } from '../rendering/raster/painter.js';
import type { SceneBox } from '../rendering/scene.js';
import type { Prop } from '../world/prop.js';
import type { SimulatedDrive } from './drive.js';

/**
 * An object that stands on the road or next to it, and how far ahead of the camera its nearest part touches the
 * ground, metres.
 */
export interface StandingBox extends SceneBox {
  forwardM: number;
}

const hanging: ReadonlySet<string> = new Set(['traffic_sign', 'traffic_light']);
/** Parts of a mesh below this height touch the ground, metres. */
const touchingM = 0.1;

/** Of a rendered frame's boxes, those of objects that stand on the ground. */
export function standingBoxes(
  { world, renderer, egoAt }: SimulatedDrive,
  boxes: readonly SceneBox[],
  timeS: number,
): StandingBox[] {
  const eye = cameraPose(world, renderer.camera, egoAt(timeS));
  return boxes
    .filter(({ className }) => !hanging.has(className))
    .map((box) => {
      const number = box.objectId - 1;
      const prop =
        world.statics[number] ?? world.actors[number - world.statics.length]!.propAt(timeS);
      return { ...box, forwardM: contactM(prop, eye) };
    });
}

function contactM({ pose, parts }: Prop, eye: Pose): number {
  let nearest = Number.POSITIVE_INFINITY;
  for (const { mesh, detection, scale = 1 } of parts)
    for (const { corners } of detection === undefined ? [] : mesh.faces)
      for (let i = 0; i < corners.length; i += 3) {
        if (corners[i + 2]! * scale > touchingM) continue;
        const [along, aside] = [corners[i]! * scale, corners[i + 1]! * scale];
        const x = pose.x + along * Math.cos(pose.yawRad) - aside * Math.sin(pose.yawRad) - eye.x;
        const y = pose.y + along * Math.sin(pose.yawRad) + aside * Math.cos(pose.yawRad) - eye.y;
        nearest = Math.min(nearest, x * Math.cos(eye.yawRad) + y * Math.sin(eye.yawRad));
      }
  return nearest;
}
