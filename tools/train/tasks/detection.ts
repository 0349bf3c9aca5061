import type { InputSpec } from '../../../src/bundle/input-spec.js';
import { detectionClasses } from '../../../src/perception/classes.js';
import { makeDefaultBoxes } from '../../../src/perception/detection/default-boxes.js';
import { drawColourChange } from '../augment/colour.js';
import { boxesInWindow, drawWindow } from '../augment/detection-window.js';
import { warpInto, windowAffine } from '../augment/warp.js';
import { cellLoss } from '../losses/cell-loss.js';
import { ssdLoss } from '../losses/ssd-loss.js';
import {
  detectionFeatureMaps,
  detectionInputPx,
  detectionNetwork,
  detectionVariances,
} from '../networks/detection.js';
import { labelCells } from '../targets/label-cells.js';
import { createMatcher, type SsdTargets } from '../targets/match-default-boxes.js';
import { centred, type TaskTrainingFactory } from './task-training.js';

const input: InputSpec = {
  regionNorm: [0, 0, 1, 1],
  fit: 'stretch',
  ...detectionInputPx,
  colour: 'rgb',
  layout: 'nchw',
  ...centred,
  padValue: 128,
};

/**
 * Positive from IoU 0.5; background up to 0.35, not 0.2: boxes between the two are near duplicates that
 * suppression at 0.45 leaves standing unless they have learnt to be quiet.
 */
const matching = { atLeast: 4, positiveIou: 0.5, negativeIou: 0.35, variances: detectionVariances };
const mining = { negativesPerPositive: 3, negativesAtLeast: 12 };
/**
 * The finest maps also learn which class stands at each of their cells. Boxes alone speak to a few hundred of
 * nine thousand default boxes in a picture, too few for a network that starts from nothing: without this it
 * stood still at the answer "an object, perhaps" for over a thousand steps.
 */
const cellLevels = 2;
const cellRule = { objectWeight: 2, factor: 4 };
/** A teacher's box below this score says neither "object" nor "background". */
const trustedWeight = 0.45;

/** Training of the SSD detector. */
export const detectionTraining: TaskTrainingFactory<'detection'> = (recipe) => {
  const featureMaps = detectionFeatureMaps();
  const match = createMatcher(makeDefaultBoxes(featureMaps), matching);
  const targets: SsdTargets[] = [];
  const cellLabels = featureMaps
    .slice(0, cellLevels)
    .map(({ rows, columns }) => new Uint8Array(recipe.batch * rows * columns));
  const inputValues = 3 * detectionInputPx.widthPx * detectionInputPx.heightPx;
  const { colour, flip, geometry } = recipe.augmentation;
  return {
    task: 'detection',
    input,
    decode: {
      kind: 'ssd',
      offsets: 'offsets',
      logits: 'logits',
      featureMaps,
      variances: detectionVariances,
      classes: [...detectionClasses],
      scoreThreshold: 0.3,
      nmsIou: 0.45,
      maxDetections: 100,
    },
    inputName: 'image',
    outputNames: ['offsets', 'logits'],
    scoreOf: (metrics) => metrics['mAP50']!,
    buildNetwork: (seed) => detectionNetwork(detectionClasses.length, seed),
    async fill(step, row, sample, random, cache) {
      const picture = await cache.load(sample);
      const window = drawWindow(picture.widthPx, picture.heightPx, sample.boxes, random, geometry);
      const isFlipped = random.chance(flip);
      const affine = windowAffine(window, input.widthPx, input.heightPx, isFlipped);
      warpInto(
        picture,
        affine,
        input,
        drawColourChange(random, colour),
        step.input,
        row * inputValues,
      );
      const seen = boxesInWindow(
        sample.boxes,
        window,
        isFlipped,
        detectionClasses,
        detectionInputPx,
        trustedWeight,
      );
      targets[row] = match(seen);
      cellLabels.forEach((labels, level) => {
        const { rows, columns } = featureMaps[level]!;
        labelCells(seen, rows, columns, labels, row * rows * columns);
      });
    },
    loss(step) {
      const [offsets, logits, ...cells] = step.outputs;
      const options = { ...mining, labelSmoothing: recipe.labelSmoothing };
      const boxes = ssdLoss(offsets!, logits!, targets, options).total;
      const byCell = cells.map((scores, level) =>
        cellLoss(scores, cellLabels[level]!, cellRule.objectWeight, cellRule.factor),
      );
      return byCell.reduce((sum, loss) => sum + loss, boxes);
    },
  };
};
