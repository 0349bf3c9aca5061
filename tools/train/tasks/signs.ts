import type { InputSpec } from '../../../src/bundle/input-spec.js';
import { signClasses } from '../../../src/perception/classes.js';
import { drawColourChange } from '../augment/colour.js';
import { type Affine, warpInto } from '../augment/warp.js';
import type { TargetsOf } from '../loading/batch.js';
import { softmaxCrossEntropy } from '../losses/softmax-cross-entropy.js';
import { signInputPx, signNetwork } from '../networks/signs.js';
import type { Random } from '../random.js';
import { resolveClassWeights } from './class-weights.js';
import { mirroredSign } from './mirrored-signs.js';
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

/** A small random rotation, shear, scaling and shift, as signs differ from box to box. */
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

/** The same map, mirrored: columns are counted from the right. */
const mirrored = ([a, b, c, d, e, f]: Affine): Affine => [
  -a,
  b,
  c + a * signInputPx.widthPx,
  -d,
  e,
  f + d * signInputPx.widthPx,
];

const targets = { labels: { type: 'uint8', perRow: 1 } } as const;

/** Training of the sign classifier. Only signs whose mirror image is a sign are mirrored, and get that sign's class. */
export const signsTraining: TaskTrainingFactory<'signs'> = (recipe) => {
  const classes = recipe.classes ? Object.keys(recipe.classes) : [...signClasses];
  const classWeights = resolveClassWeights(recipe.classWeights, classes);
  const inputValues = 3 * signInputPx.widthPx * signInputPx.heightPx;
  const { colour, flip, geometry } = recipe.augmentation;
  return {
    task: 'signs',
    input,
    decode: {
      kind: 'signs',
      logits: 'logits',
      classes,
      temperature: recipe.temperature ?? 1,
      abstainBelow: 0.5,
      maxBatch: 16,
      cropFrom: 'traffic_sign',
      cropMarginNorm: 0.1,
    },
    inputName: 'crops',
    outputNames: ['logits'],
    scoreOf: (metrics) => metrics['accuracy']!,
    buildNetwork: (seed) => signNetwork(classes.length, seed),
    targets,
    async fill(batch, row, sample, random, store) {
      const { labels } = batch.targets as TargetsOf<typeof targets>;
      const picture = await store.load(sample);
      const affine = drawAffine(random, geometry, picture.widthPx, picture.heightPx);
      const change = drawColourChange(random, colour);
      // A user's own classes may contain a sign without its mirror image, so they are never mirrored.
      const mirror = recipe.classes ? undefined : mirroredSign(sample.classId);
      const isFlipped = mirror !== undefined && random.chance(flip);
      const seen = isFlipped ? mirrored(affine) : affine;
      warpInto(picture, seen, input, change, batch.input, row * inputValues);
      labels[row] = isFlipped ? mirror : sample.classId;
    },
    loss(step, batch) {
      const { labels } = batch.targets as TargetsOf<typeof targets>;
      const { values, gradient } = step.outputs[0]!;
      return softmaxCrossEntropy(
        values,
        labels,
        classes.length,
        recipe.labelSmoothing,
        gradient,
        classWeights,
      );
    },
  };
};
