import { encodeOffsets, type Variances } from '../../../src/perception/detection/box-offsets.js';

export interface MatchingBox {
  /** Class id from 0; -1 marks a region to ignore. */
  classId: number;
  /** Left, top, right, bottom as shares of the network's input. */
  boxXyxyNorm: readonly [number, number, number, number];
  /** What a match counts in the loss, 0..1. */
  weight: number;
}

/** What the loss wants of each default box of one picture. */
export interface SsdTargets {
  /** -1 ignored, 0 background, 1 + class id for a positive. */
  labels: Int8Array;
  /** [A, 4], encoded; meaningful for positives. */
  offsets: Float32Array;
  /** 1 (or the true box's weight) for positives, else 0. */
  weights: Float32Array;
}

const ignored = -1;

export interface MatchingRule {
  positiveIou: number;
  negativeIou: number;
  variances: Variances;
}

/**
 * Assigns true boxes to default boxes (Liu et al. 2016, section 2.2): positive at IoU >= positiveIou and the
 * best default box of each true box always, background at IoU <= negativeIou, ignored between. A default box
 * of which more than half lies in a region to ignore is ignored too, unless it is positive.
 * `defaultBoxes` is [A, 4] centre x, centre y, width, height as shares of the input.
 */
export function matchDefaultBoxes(
  defaultBoxes: Float32Array,
  truth: readonly MatchingBox[],
  rule: MatchingRule,
): SsdTargets {
  const count = defaultBoxes.length / 4;
  const labels = new Int8Array(count);
  const weights = new Float32Array(count);
  const bestIou = new Float32Array(count);
  const bestTruth = new Int16Array(count).fill(-1);
  truth.forEach((box, index) => {
    if (box.classId < 0) {
      ignoreInside(defaultBoxes, box.boxXyxyNorm, labels);
      return;
    }
    let bestBox = -1;
    let best = 0;
    for (let i = 0; i < count; i++) {
      const iou = iouWithDefault(defaultBoxes, i * 4, box.boxXyxyNorm);
      // A box that is some true box's best keeps it: 2 stands above any IoU.
      if (iou > bestIou[i]!) {
        bestIou[i] = iou;
        bestTruth[i] = index;
      }
      if (iou > best && bestIou[i]! < 2) {
        best = iou;
        bestBox = i;
      }
    }
    if (bestBox >= 0) {
      bestIou[bestBox] = 2;
      bestTruth[bestBox] = index;
    }
  });
  const positives: number[] = [];
  for (let i = 0; i < count; i++) {
    const iou = bestIou[i]!;
    if (iou >= rule.positiveIou) {
      const box = truth[bestTruth[i]!]!;
      labels[i] = box.classId + 1;
      weights[i] = box.weight;
      positives.push(i);
    } else if (iou > rule.negativeIou) {
      labels[i] = ignored;
    }
  }
  const matched = positives.map((i) => truth[bestTruth[i]!]!.boxXyxyNorm);
  const offsets = offsetsOf(defaultBoxes, positives, matched, rule.variances);
  return { labels, offsets, weights };
}

/** Encodes only the positives, which are few, and puts each at its default box's place. */
function offsetsOf(
  defaultBoxes: Float32Array,
  positives: readonly number[],
  matched: readonly MatchingBox['boxXyxyNorm'][],
  variances: Variances,
): Float32Array {
  const chosen = new Float32Array(positives.length * 4);
  const boxes = new Float32Array(positives.length * 4);
  positives.forEach((box, row) => {
    const [left, top, right, bottom] = matched[row]!;
    chosen.set(defaultBoxes.subarray(box * 4, box * 4 + 4), row * 4);
    boxes.set([(left + right) / 2, (top + bottom) / 2, right - left, bottom - top], row * 4);
  });
  const encoded = encodeOffsets(boxes, chosen, variances);
  const offsets = new Float32Array(defaultBoxes.length);
  positives.forEach((box, row) => {
    offsets.set(encoded.subarray(row * 4, row * 4 + 4), box * 4);
  });
  return offsets;
}

/** Width and height that a default box shares with a region; 0 where they are apart. */
function sharedArea(
  boxes: Float32Array,
  at: number,
  [left, top, right, bottom]: MatchingBox['boxXyxyNorm'],
): number {
  const halfWidth = boxes[at + 2]! / 2;
  const halfHeight = boxes[at + 3]! / 2;
  const width = Math.min(boxes[at]! + halfWidth, right) - Math.max(boxes[at]! - halfWidth, left);
  if (width <= 0) return 0;
  const height =
    Math.min(boxes[at + 1]! + halfHeight, bottom) - Math.max(boxes[at + 1]! - halfHeight, top);
  return width * Math.max(0, height);
}

const areaOf = ([left, top, right, bottom]: MatchingBox['boxXyxyNorm']): number =>
  (right - left) * (bottom - top);

function iouWithDefault(boxes: Float32Array, at: number, box: MatchingBox['boxXyxyNorm']): number {
  const shared = sharedArea(boxes, at, box);
  if (shared === 0) return 0;
  return shared / (boxes[at + 2]! * boxes[at + 3]! + areaOf(box) - shared);
}

/**
 * Marks default boxes that show mostly the region, and larger ones that hold most of it: a small car that
 * nobody labelled must not teach "background" there either.
 */
function ignoreInside(
  boxes: Float32Array,
  region: MatchingBox['boxXyxyNorm'],
  labels: Int8Array,
): void {
  const regionArea = areaOf(region);
  for (let i = 0; i < labels.length; i++) {
    const at = i * 4;
    const shared = sharedArea(boxes, at, region);
    const boxArea = boxes[at + 2]! * boxes[at + 3]!;
    const isMostlyRegion = shared > 0.5 * boxArea;
    const holdsRegion = shared > 0.5 * regionArea && shared > 0.2 * boxArea;
    if (isMostlyRegion || holdsRegion) labels[i] = ignored;
  }
}
