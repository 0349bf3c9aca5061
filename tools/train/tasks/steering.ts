import type { InputSpec } from '../../../src/bundle/input-spec.js';
import { drawColourChange } from '../augment/colour.js';
import { warpInto, windowAffine } from '../augment/warp.js';
import type { TargetsOf } from '../loading/batch.js';
import { huberLoss } from '../losses/regression-loss.js';
import { steeringInputPx, steeringNetwork } from '../networks/steering.js';
import { smoothSteering } from './smooth-steering.js';
import { centred, type TaskTrainingFactory } from './task-training.js';

/** Radians per unit of the network: one unit is 25 degrees, the largest angle of the simulator of the first drives. */
const radPerUnit = (25 * Math.PI) / 180;
/** Units of steering that correct the lateral error of a picture shifted by its full width. */
const unitsPerShift = 0.6;

const input: InputSpec = {
  // Below the sky, above the bonnet.
  regionNorm: [0, 0.38, 1, 0.88],
  fit: 'stretch',
  ...steeringInputPx,
  colour: 'yuv',
  layout: 'nchw',
  ...centred,
  padValue: 0,
};

const targets = {
  units: { type: 'float32', perRow: 1 },
  weights: { type: 'float32', perRow: 1 },
} as const;

/** Training of the steering network: mirrored pictures steer the other way, shifted ones steer back. */
export const steeringTraining: TaskTrainingFactory<'steering'> = (recipe) => {
  const inputValues = 3 * steeringInputPx.widthPx * steeringInputPx.heightPx;
  const { colour, flip, geometry } = recipe.augmentation;
  return {
    task: 'steering',
    input,
    decode: {
      kind: 'steering',
      steering: 'steering',
      radPerUnit,
      maxAngleRad: 0.6,
      maxRateRadPerS: 1.2,
      wheelbaseM: 2.7,
    },
    inputName: 'road',
    outputNames: ['steering'],
    scoreOf: (metrics) => metrics['correlation']!,
    buildNetwork: steeringNetwork,
    prepare: (dataset) => smoothSteering(dataset, recipe.smoothFrames),
    targets,
    async fill(batch, row, sample, random, store) {
      const { units: targetUnits, weights } = batch.targets as TargetsOf<typeof targets>;
      const picture = await store.load(sample);
      const isFlipped = random.chance(flip);
      const shift = random.normal() * 0.06 * geometry;
      const rise = random.normal() * 0.03 * geometry;
      const [left, top, right, bottom] = input.regionNorm;
      const window = [
        (left + shift) * picture.widthPx,
        (top + rise) * picture.heightPx,
        (right + shift) * picture.widthPx,
        (bottom + rise) * picture.heightPx,
      ] as const;
      const affine = windowAffine(window, input.widthPx, input.heightPx, isFlipped);
      const change = drawColourChange(random, colour);
      warpInto(picture, affine, input, change, batch.input, row * inputValues);
      // A window moved right shows the view of a camera further right: steer left, which is positive.
      const units = sample.steeringRad / radPerUnit + shift * unitsPerShift;
      targetUnits[row] = isFlipped ? -units : units;
      // Most of any drive is straight, but bends are what must be learnt.
      weights[row] = Math.min(1, 0.5 + 2 * Math.abs(sample.steeringRad / radPerUnit));
    },
    loss(step, batch) {
      const { units, weights } = batch.targets as TargetsOf<typeof targets>;
      const { values, gradient } = step.outputs[0]!;
      return huberLoss(values, units, weights, 0.2, gradient);
    },
  };
};
