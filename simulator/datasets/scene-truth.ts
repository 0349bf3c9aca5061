import { laneGeometry, vehiclePose } from '../rendering/lane-truth.js';
import type { RenderedScene } from '../rendering/scene.js';
import type { SceneRecipe } from './scenes.js';

/** Truth about a scene for which a data set's own layout has no place, as JSON. */
export function sceneTruthJson(scene: RenderedScene, recipe: SceneRecipe, seed: number): string {
  const { world, camera, ego, conditions } = recipe;
  const objects = scene.boxes.map(
    ({ className, boxXyxyPx, occluded, distanceM, objectId, signClassId }) => ({
      className,
      boxXyxyPx,
      occluded: rounded(occluded),
      distanceM: rounded(distanceM),
      objectId,
      ...(signClassId >= 0 ? { signClassId } : {}),
    }),
  );
  const truth = {
    seed,
    steeringRad: scene.steeringRad,
    speedMps: ego.speedMps,
    pose: vehiclePose(world, ego),
    camera,
    effects: conditions.effects ?? {},
    objects,
    lanes: laneGeometry(world, camera, ego),
  };
  return `${JSON.stringify(truth, (_, value) => (typeof value === 'number' ? rounded(value) : value))}\n`;
}

/** Six digits after the point: a micrometre, or less than a hundredth of a pixel at any distance. */
function rounded(value: number): number {
  return Math.round(value * 1e6) / 1e6;
}
