import type { InputSpec } from '../../../src/bundle/input-spec.js';
import { segmentationClasses, segmentationPaletteRgb } from '../../../src/perception/classes.js';
import { drawColourChange } from '../augment/colour.js';
import { warpInto, warpLabelsInto, windowAffine } from '../augment/warp.js';
import type { TargetsOf } from '../loading/batch.js';
import { segmentationLoss } from '../losses/segmentation-loss.js';
import { segmentationInputPx, segmentationNetwork } from '../networks/segmentation.js';
import { resolveClassWeights } from './class-weights.js';
import { centred, type TaskTrainingFactory } from './task-training.js';

const input: InputSpec = {
  regionNorm: [0, 0, 1, 1],
  fit: 'stretch',
  ...segmentationInputPx,
  colour: 'rgb',
  layout: 'nchw',
  ...centred,
  padValue: 0,
};

/**
 * Weight of each class in the loss: larger for classes of few pixels (poles, signs, people), by about the fourth
 * root of median frequency balancing (Eigen and Fergus 2015) over CamVid's training part. With the square root
 * thin objects were segmented three times as wide as they are, and every verge became a pavement.
 */
const classWeights: Record<(typeof segmentationClasses)[number], number> = {
  sky: 0.8,
  building: 0.85,
  pole: 1.3,
  road: 0.75,
  pavement: 0.9,
  tree: 1,
  sign_symbol: 1.5,
  fence: 1.2,
  car: 1.1,
  pedestrian: 1.6,
  bicyclist: 1.5,
};

const pixels = segmentationInputPx.widthPx * segmentationInputPx.heightPx;
const targets = { labels: { type: 'uint8', perRow: pixels } } as const;

/** Training of the segmentation network on windows of the pictures, mirrored at random. */
export const segmentationTraining: TaskTrainingFactory<'segmentation'> = (recipe) => {
  const { widthPx, heightPx } = segmentationInputPx;
  const weights = resolveClassWeights(recipe.classWeights, segmentationClasses, classWeights)!;
  const { colour, flip, geometry } = recipe.augmentation;
  return {
    task: 'segmentation',
    input,
    decode: {
      kind: 'segmentation',
      scores: 'scores',
      classes: [...segmentationClasses],
      paletteRgb: segmentationPaletteRgb.map(([red, green, blue]) => [red, green, blue]),
      drivable: ['road'],
    },
    inputName: 'image',
    outputNames: ['scores'],
    scoreOf: (metrics) => metrics['mIoU']!,
    buildNetwork: (seed) => segmentationNetwork(segmentationClasses.length, seed),
    targets,
    async fill(batch, row, sample, random, store) {
      const { labels } = batch.targets as TargetsOf<typeof targets>;
      const picture = await store.load(sample);
      const classMap = await sample.loadClassMap();
      // From a window of half the picture's edge to one slightly larger than the picture.
      const size = geometry === 0 ? 1 : Math.exp(random.between(-0.7, 0.15) * geometry);
      const stretch = geometry === 0 ? 1 : Math.exp(random.normal() * 0.1 * geometry);
      const windowWidth = picture.widthPx * Math.min(1.15, size * stretch);
      const windowHeight = picture.heightPx * Math.min(1.15, size / stretch);
      const left = random.next() * (picture.widthPx - windowWidth);
      const top = random.next() * (picture.heightPx - windowHeight);
      const window = [left, top, left + windowWidth, top + windowHeight] as const;
      const affine = windowAffine(window, widthPx, heightPx, random.chance(flip));
      warpInto(
        picture,
        affine,
        input,
        drawColourChange(random, colour),
        batch.input,
        row * 3 * pixels,
      );
      const size2 = [picture.widthPx, picture.heightPx] as const;
      warpLabelsInto(classMap, ...size2, affine, widthPx, heightPx, labels, row * pixels);
    },
    loss(step, batch) {
      const { labels } = batch.targets as TargetsOf<typeof targets>;
      const { values, gradient } = step.outputs[0]!;
      const { labelSmoothing } = recipe;
      return segmentationLoss(
        values,
        labels,
        weights.length,
        pixels,
        weights,
        gradient,
        labelSmoothing,
      );
    },
  };
};
