import type { InputSpec } from '../../../src/bundle/input-spec.js';
import { detectionClasses } from '../../../src/perception/classes.js';
import { makeDefaultBoxes } from '../../../src/perception/detection/default-boxes.js';
import type { TargetLayout } from '../loading/batch.js';
import { cellLoss } from '../losses/cell-loss.js';
import { ssdLoss } from '../losses/ssd-loss.js';
import {
  detectionFeatureMaps,
  detectionInputPx,
  detectionNetwork,
  detectionVariances,
} from '../networks/detection.js';
import { labelCells } from '../targets/label-cells.js';
import { createMatcher } from '../targets/match-default-boxes.js';
import { requireClasses, resolveClassWeights } from './class-weights.js';
import { SceneShower } from './show-scene.js';
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
 * suppression at 0.45 keeps, unless they have learnt to score low.
 */
const matching = {
  atLeast: 4,
  positiveIou: 0.5,
  negativeIou: 0.35,
  countsAsAtMost: 12,
  variances: detectionVariances,
};
const mining = { negativesPerPositive: 3, negativesAtLeast: 12 };
/**
 * The finest maps also learn the class of each of their cells. Boxes alone train a few hundred of the
 * nine thousand default boxes in a picture, too few for a network that starts from random weights: without this it
 * was stuck at the answer "an object, perhaps" for over a thousand steps.
 */
const cellLevels = 2;
const cellRule = { objectWeight: 2, factor: 4 };

/** The batch's targets: those of the default boxes, one after the other, and one map of labels per level. */
interface DetectionTargets {
  labels: Int8Array;
  offsets: Float32Array;
  weights: Float32Array;
}
const cellsName = (level: number): string => `cells${level}`;

/** Training of the SSD detector. */
export const detectionTraining: TaskTrainingFactory<'detection'> = (recipe) => {
  const featureMaps = detectionFeatureMaps();
  const defaultBoxes = makeDefaultBoxes(featureMaps);
  const match = createMatcher(defaultBoxes, matching);
  const boxCount = defaultBoxes.length / 4;
  const cellMaps = featureMaps.slice(0, cellLevels);
  const classWeights = resolveClassWeights(recipe.classWeights, detectionClasses);
  for (const { folder, repeat } of recipe.data)
    requireClasses(`data ${folder}: repeat`, Object.keys(repeat ?? {}), detectionClasses);
  requireClasses(
    'pasteCutOuts: classes',
    recipe.augmentation.pasteCutOuts?.classes ?? [],
    detectionClasses,
  );
  const scenes = new SceneShower(recipe.augmentation, input);
  const inputValues = 3 * detectionInputPx.widthPx * detectionInputPx.heightPx;
  const targets: TargetLayout = {
    labels: { type: 'int8', perRow: boxCount },
    offsets: { type: 'float32', perRow: boxCount * 4 },
    weights: { type: 'float32', perRow: boxCount },
    ...Object.fromEntries(
      cellMaps.map(({ rows, columns }, level) => [
        cellsName(level),
        { type: 'uint8', perRow: rows * columns },
      ]),
    ),
  };
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
      // Below it more than half of the boxes on held-out photographs are wrong (docs/decisions/detector-photographs.md).
      scoreThreshold: recipe.scoreThreshold ?? 0.35,
      nmsIou: 0.45,
      nmsGroups: [['car', 'truck', 'bus']],
      maxDetections: 100,
    },
    inputName: 'image',
    outputNames: ['offsets', 'logits'],
    scoreOf: (metrics) => metrics['mAP50']!,
    buildNetwork: (seed) => detectionNetwork(detectionClasses.length, seed, recipe.width),
    targets,
    async fill(batch, row, sample, random, store) {
      const seen = await scenes.show(sample, random, store, batch.input, row * inputValues);
      const weighted = seen.map((box) => ({
        ...box,
        weight: box.weight * (classWeights?.[box.classId] ?? 1),
      }));
      const matched = match(weighted);
      const { labels, offsets, weights } = batch.targets as unknown as DetectionTargets;
      labels.set(matched.labels, row * boxCount);
      offsets.set(matched.offsets, row * boxCount * 4);
      weights.set(matched.weights, row * boxCount);
      cellMaps.forEach(({ rows, columns }, level) => {
        const cells = batch.targets[cellsName(level)] as Uint8Array;
        labelCells(seen, rows, columns, cells, row * rows * columns);
      });
    },
    loss(step, batch) {
      const [offsets, logits, ...cells] = step.outputs;
      const overlap = recipe.overlap && {
        ...recipe.overlap,
        defaultBoxes,
        variances: detectionVariances,
      };
      const options = {
        ...mining,
        labelSmoothing: recipe.labelSmoothing,
        ...(overlap && { overlap }),
      };
      const all = batch.targets as unknown as DetectionTargets;
      const byPicture = Array.from({ length: recipe.batch }, (_, row) => {
        const [from, to] = [row * boxCount, (row + 1) * boxCount];
        return {
          labels: all.labels.subarray(from, to),
          offsets: all.offsets.subarray(from * 4, to * 4),
          weights: all.weights.subarray(from, to),
        };
      });
      const boxes = ssdLoss(offsets!, logits!, byPicture, options).total;
      const byCell = cells.map((scores, level) => {
        const labels = batch.targets[cellsName(level)] as Uint8Array;
        return cellLoss(scores, labels, cellRule.objectWeight, cellRule.factor);
      });
      return byCell.reduce((sum, loss) => sum + loss, boxes);
    },
  };
};
