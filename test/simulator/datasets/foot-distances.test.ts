import { describe, expect, it } from 'vitest';
import { driveMount, openSimulatedDrive } from '../../../simulator/datasets/drive.js';
import { cameraPose } from '../../../simulator/rendering/ego-camera.js';
import type { Prop } from '../../../simulator/world/prop.js';
import { footPointOf } from '../../../src/calibration/foot-point.js';

/** How far ahead of the camera the nearest part of a thing touches the road, metres. */
function contactM(prop: Prop, eye: { x: number; y: number; yawRad: number }): number {
  const { pose } = prop;
  let nearest = Number.POSITIVE_INFINITY;
  for (const { mesh, detection, scale = 1 } of prop.parts)
    for (const { corners } of detection === undefined ? [] : mesh.faces)
      for (let i = 0; i < corners.length; i += 3) {
        if (corners[i + 2]! * scale > 0.1) continue;
        const [along, aside] = [corners[i]! * scale, corners[i + 1]! * scale];
        const x = pose.x + along * Math.cos(pose.yawRad) - aside * Math.sin(pose.yawRad) - eye.x;
        const y = pose.y + along * Math.sin(pose.yawRad) + aside * Math.cos(pose.yawRad) - eye.y;
        nearest = Math.min(nearest, x * Math.cos(eye.yawRad) + y * Math.sin(eye.yawRad));
      }
  return nearest;
}

describe('distances of foot points on a rendered drive', () => {
  it('are within 5 % in the median up to 40 m of a flat road, and within two deviations as often as they should', async () => {
    const errors: { truthM: number; share: number; deviations: number }[] = [];
    for (const seed of [3, 7]) {
      const recipe = { seed, isFlat: true, seconds: 16, widthPx: 640, heightPx: 360 };
      const { world, renderer, egoAt, frameAt } = await openSimulatedDrive(recipe);
      const { camera } = renderer;
      const mount = driveMount(camera.mount);
      const standing = new Set(['traffic_sign', 'traffic_light']);
      for (let timeS = 0.5; timeS < 16; timeS += 2) {
        const scene = frameAt(timeS);
        const eye = cameraPose(world, camera, egoAt(timeS));
        for (const { boxXyxyPx, className, objectId, occluded } of scene.boxes) {
          if (standing.has(className) || occluded > 0.02) continue;
          const number = objectId - 1;
          const prop =
            world.statics[number] ?? world.actors[number - world.statics.length]!.propAt(timeS);
          const truthM = contactM(prop, eye);
          const found = footPointOf(boxXyxyPx, camera.model, mount);
          if (found === undefined || !(truthM > 4 && truthM <= 40)) continue;
          errors.push({
            truthM,
            share: Math.abs(found.forwardM - truthM) / truthM,
            deviations: Math.abs(found.forwardM - truthM) / found.forwardDeviationM,
          });
        }
      }
    }
    const middle = (values: number[]) => values.sort((a, b) => a - b)[values.length >> 1]!;
    const medianShare = middle(errors.map(({ share }) => share));
    const withinTwo = errors.filter(({ deviations }) => deviations <= 2).length / errors.length;
    const text = `${errors.length} boxes, median ${medianShare}, within two deviations ${withinTwo}`;
    expect(errors.length, text).toBeGreaterThan(20);
    expect(medianShare, text).toBeLessThan(0.05);
    expect(withinTwo, text).toBeGreaterThan(0.9);
  });
});
