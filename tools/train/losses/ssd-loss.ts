import { decodeOffsets, type Variances } from '../../../src/perception/detection/box-offsets.js';
import type { SsdTargets } from '../targets/match-default-boxes.js';
import { createBoxOverlap } from './box-overlap.js';
import { softmaxCrossEntropyRow } from './softmax-cross-entropy.js';

export interface SsdLossOptions {
  /** Negatives kept for each positive. */
  negativesPerPositive: number;
  /** Negatives kept in a picture without positives. */
  negativesAtLeast: number;
  labelSmoothing: number;
  /** How the decoded box enters the loss; without it offsets and classes learn independently. */
  overlap?: OverlapRule;
}

export interface OverlapRule {
  /** float32 [A, 4], centre x, centre y, width, height. */
  defaultBoxes: Float32Array;
  variances: Variances;
  /** Weight of a positive's 1 - GIoU relative to its smooth L1. */
  giouWeight: number;
  /**
   * Share of a positive's target probability, 0..1, that is scaled by the IoU of its decoded box with the true one; the rest
   * goes to background (Li et al. 2020, generalised focal loss, in softmax form): suppression then keeps the tighter box.
   */
  qualityShare: number;
}

export interface SsdLoss {
  total: number;
  classification: number;
  localisation: number;
  positives: number;
}

const background = 0;
const ignored = -1;

/**
 * The SSD objective (Liu et al. 2016, equations 1 to 3): softmax cross entropy over the positives and the
 * hardest negatives, plus smooth L1 over the positives' offsets, divided by the number of positives. With
 * `overlap` the overlap of boxes counts as well.
 *
 * `offsets` [batch, A, 4] and `logits` [batch, A, 1 + classes] with their gradients, which are overwritten;
 * `targets` has one entry per picture.
 */
export function ssdLoss(
  offsets: { values: Float32Array; gradient: Float32Array },
  logits: { values: Float32Array; gradient: Float32Array },
  targets: readonly SsdTargets[],
  options: SsdLossOptions,
): SsdLoss {
  offsets.gradient.fill(0);
  logits.gradient.fill(0);
  const boxCount = targets[0]!.labels.length;
  const depth = logits.values.length / (boxCount * targets.length);
  let positives = 0;
  for (const { weights } of targets) for (const weight of weights) positives += weight;
  const scale = 1 / Math.max(1, positives);
  const overlapAt = createOverlapTerm(offsets, options.overlap);
  let classification = 0;
  let localisation = 0;
  targets.forEach((target, image) => {
    const firstBox = image * boxCount;
    const threshold = hardNegativeThreshold(logits.values, firstBox, depth, target, options);
    for (let box = 0; box < boxCount; box++) {
      const label = target.labels[box]!;
      if (label === ignored) continue;
      const start = (firstBox + box) * depth;
      if (label === background) {
        // Rounded like the threshold: without that the last negative to keep could fall below its own rounded loss.
        if (Math.fround(backgroundLoss(logits.values, start, depth)) < threshold) continue;
        classification += softmaxCrossEntropyRow(
          logits.values,
          start,
          depth,
          label,
          scale,
          0,
          logits.gradient,
        );
        continue;
      }
      const weight = scale * target.weights[box]!;
      const at = (firstBox + box) * 4;
      const overlap = overlapAt(at, box, target, weight);
      localisation += overlap.loss;
      // Cross entropy is linear in its target: a part for the class, the rest for background.
      const doubt = (options.overlap?.qualityShare ?? 0) * (1 - overlap.iou);
      for (const [told, share] of [
        [label, 1 - doubt],
        [background, doubt],
      ] as const)
        if (share > 0)
          classification += softmaxCrossEntropyRow(
            logits.values,
            start,
            depth,
            told,
            weight * share,
            options.labelSmoothing,
            logits.gradient,
          );
      for (let side = 0; side < 4; side++) {
        const error = offsets.values[at + side]! - target.offsets[box * 4 + side]!;
        const size = Math.abs(error);
        localisation += weight * (size < 1 ? 0.5 * error * error : size - 0.5);
        offsets.gradient[at + side]! += weight * (size < 1 ? error : Math.sign(error));
      }
    }
  });
  return { total: classification + localisation, classification, localisation, positives };
}

/** Overlap of default box `box`'s decoded box with its truth. Adds the gradient of the weighted loss to the offsets'. */
type OverlapTerm = (
  at: number,
  box: number,
  target: SsdTargets,
  weight: number,
) => { iou: number; loss: number };

const noOverlap = { iou: 1, loss: 0 };

function createOverlapTerm(
  offsets: { values: Float32Array; gradient: Float32Array },
  rule: OverlapRule | undefined,
): OverlapTerm {
  if (!rule) return () => noOverlap;
  const { defaultBoxes, variances, giouWeight } = rule;
  const overlapOf = createBoxOverlap();
  return (at, box, target, weight) => {
    const own = defaultBoxes.subarray(box * 4, box * 4 + 4);
    const told = decodeOffsets(offsets.values.subarray(at, at + 4), own, variances);
    const truth = decodeOffsets(target.offsets.subarray(box * 4, box * 4 + 4), own, variances);
    const { iou, loss, gradient } = overlapOf(told, truth);
    for (let side = 0; side < 4; side++) {
      // Per unit of offset a centre moves by the default box's size, a size by its own (see decodeOffsets).
      const slope = side < 2 ? variances[0] * own[2 + side]! : variances[1] * told[side]!;
      offsets.gradient[at + side]! += weight * giouWeight * gradient[side]! * slope;
    }
    return { iou, loss: weight * giouWeight * loss };
  };
}

/** -log of the background's probability. */
function backgroundLoss(logits: Float32Array, start: number, depth: number): number {
  let highest = logits[start]!;
  for (let i = 1; i < depth; i++) highest = Math.max(highest, logits[start + i]!);
  let sum = 0;
  for (let i = 0; i < depth; i++) sum += Math.exp(logits[start + i]! - highest);
  return Math.log(sum) + highest - logits[start]!;
}

/** The loss of the last negative that is kept, so that each positive has at most `negativesPerPositive`. */
function hardNegativeThreshold(
  logits: Float32Array,
  firstBox: number,
  depth: number,
  target: SsdTargets,
  options: SsdLossOptions,
): number {
  let positives = 0;
  const losses = new Float32Array(target.labels.length);
  let count = 0;
  for (let box = 0; box < target.labels.length; box++) {
    const label = target.labels[box]!;
    if (label > background) positives++;
    if (label !== background) continue;
    losses[count++] = backgroundLoss(logits, (firstBox + box) * depth, depth);
  }
  const wanted = Math.max(
    options.negativesAtLeast,
    Math.round(positives * options.negativesPerPositive),
  );
  if (wanted >= count) return 0;
  const sorted = losses.subarray(0, count).sort();
  return sorted[count - wanted]!;
}
