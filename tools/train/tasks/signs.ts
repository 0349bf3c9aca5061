import type { InputSpec } from '../../../src/bundle/input-spec.js';
import { signClasses } from '../../../src/perception/classes.js';
import { drawColourChange } from '../augment/colour.js';
import { type Affine, warpInto } from '../augment/warp.js';
import { softmaxCrossEntropy } from '../losses/softmax-cross-entropy.js';
import { signInputPx, signNetwork } from '../networks/signs.js';
import type { Random } from '../random.js';
import { centred, type TaskTrainingFactory } from './task-training.js';

const input: InputSpec = {
  regionNorm: [0, 0, 1, 1],
  fit: 'stretch',
  ...signInputPx,
  colour: 'rgb',
  layout: 'nchw',
  ...centred,
  padValue: 128,
};

/** A small turn, shear, change of size and shift: how signs differ between a box and the next. */
function drawAffine(random: Random, strength: number, widthPx: number, heightPx: number): Affine {
  const angle = random.normal() * 0.12 * strength;
  const shear = random.normal() * 0.08 * strength;
  const sizeX = Math.exp(random.normal() * 0.1 * strength) * (widthPx / signInputPx.widthPx);
  const sizeY = Math.exp(random.normal() * 0.1 * strength) * (heightPx / signInputPx.heightPx);
  const a = Math.cos(angle) * sizeX;
  const b = (-Math.sin(angle) + shear) * sizeX;
  const d = Math.sin(angle) * sizeY;
  const e = Math.cos(angle) * sizeY;
  const centre = signInputPx.widthPx / 2;
  const shift = (): number => random.normal() * 0.06 * strength;
  return [
    a,
    b,
    widthPx * (0.5 + shift()) - (a + b) * centre,
    d,
    e,
    heightPx * (0.5 + shift()) - (d + e) * centre,
  ];
}

/** Training of the sign classifier: no mirrored signs, because left and right mean something. */
export const signsTraining: TaskTrainingFactory<'signs'> = (recipe) => {
  const labels = new Uint8Array(recipe.batch);
  const inputValues = 3 * signInputPx.widthPx * signInputPx.heightPx;
  const { colour, geometry } = recipe.augmentation;
  return {
    task: 'signs',
    input,
    decode: {
      kind: 'signs',
      logits: 'logits',
      classes: [...signClasses],
      temperature: 1,
      abstainBelow: 0.5,
      maxBatch: 16,
      cropFrom: 'traffic_sign',
      cropMarginNorm: 0.1,
    },
    inputName: 'crops',
    outputNames: ['logits'],
    scoreOf: (metrics) => metrics['accuracy']!,
    buildNetwork: (seed) => signNetwork(signClasses.length, seed),
    async fill(step, row, sample, random, cache) {
      const picture = await cache.load(sample);
      const affine = drawAffine(random, geometry, picture.widthPx, picture.heightPx);
      const change = drawColourChange(random, colour);
      warpInto(picture, affine, input, change, step.input, row * inputValues);
      labels[row] = sample.classId;
    },
    loss(step) {
      const { values, gradient } = step.outputs[0]!;
      return softmaxCrossEntropy(
        values,
        labels,
        signClasses.length,
        recipe.labelSmoothing,
        gradient,
      );
    },
  };
};
