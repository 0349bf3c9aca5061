import { encodeOffsets, type Variances } from '../../../src/perception/detection/box-offsets.js';

export interface MatchingBox {
  /** Class id from 0; -1 marks a region to ignore. */
  classId: number;
  /** Left, top, right, bottom as shares of the network's input. */
  boxXyxyNorm: readonly [number, number, number, number];
  /** Weight of a match in the loss, 0..1. */
  weight: number;
}

/** Targets of the loss for each default box of one picture. */
export interface SsdTargets {
  /** -1 ignored, 0 background, 1 + class id for a positive. */
  labels: Int8Array;
  /** [A, 4], encoded; meaningful for positives. */
  offsets: Float32Array;
  /** For positives 1 (or the true box's weight), less if the true box has many matches; else 0. */
  weights: Float32Array;
}

const ignored = -1;

export interface MatchingRule {
  /** Default boxes that each true box gets at least, the best first (Zhang et al. 2017, S3FD, for small objects). */
  atLeast: number;
  positiveIou: number;
  negativeIou: number;
  variances: Variances;
  /**
   * A true box counts in the loss as this many matches at most: a box as large as the picture claims hundreds of
   * default boxes and would drown out a far pedestrian, which has only a few.
   */
  countsAsAtMost: number;
}

/** Default boxes as matching needs them: corners and area, shares of the input. */
interface Corners {
  left: Float32Array;
  top: Float32Array;
  right: Float32Array;
  bottom: Float32Array;
  area: Float32Array;
}

/** Assigns the true boxes of one picture to the default boxes. */
export type Matcher = (truth: readonly MatchingBox[]) => SsdTargets;

/**
 * Prepares matching for default boxes [A, 4] (centre x, centre y, width, height, shares of the input).
 *
 * Liu et al. 2016, section 2.2: positive at IoU >= positiveIou and the best default box of each true box
 * always, background at IoU <= negativeIou, ignored between. A default box that shows mostly a region to
 * ignore is ignored too, unless it is positive.
 */
export function createMatcher(defaultBoxes: Float32Array, rule: MatchingRule): Matcher {
  const corners = cornersOf(defaultBoxes);
  const count = corners.area.length;
  const iou = new Float32Array(count);
  return (truth) => {
    const labels = new Int8Array(count);
    const weights = new Float32Array(count);
    const bestIou = new Float32Array(count);
    const bestTruth = new Int16Array(count).fill(-1);
    truth.forEach((box, index) => {
      if (box.classId < 0) ignoreInside(corners, box.boxXyxyNorm, labels);
      else claim(corners, box, index, rule.atLeast, iou, bestIou, bestTruth);
    });
    const positives: number[] = [];
    for (let i = 0; i < count; i++) {
      if (bestIou[i]! >= rule.positiveIou) {
        const box = truth[bestTruth[i]!]!;
        labels[i] = box.classId + 1;
        weights[i] = box.weight;
        positives.push(i);
      } else if (bestIou[i]! > rule.negativeIou) {
        labels[i] = ignored;
      }
    }
    const claims = new Float32Array(truth.length);
    for (const i of positives) claims[bestTruth[i]!]!++;
    for (const i of positives)
      weights[i]! *= Math.min(1, rule.countsAsAtMost / claims[bestTruth[i]!]!);
    const matched = positives.map((i) => truth[bestTruth[i]!]!.boxXyxyNorm);
    return {
      labels,
      offsets: offsetsOf(defaultBoxes, positives, matched, rule.variances),
      weights,
    };
  };
}

function cornersOf(defaultBoxes: Float32Array): Corners {
  const count = defaultBoxes.length / 4;
  const side = (): Float32Array => new Float32Array(count);
  const corners: Corners = {
    left: side(),
    top: side(),
    right: side(),
    bottom: side(),
    area: side(),
  };
  for (let i = 0; i < count; i++) {
    const [x, y, width, height] = defaultBoxes.subarray(i * 4, i * 4 + 4) as unknown as number[];
    corners.left[i] = x! - width! / 2;
    corners.top[i] = y! - height! / 2;
    corners.right[i] = x! + width! / 2;
    corners.bottom[i] = y! + height! / 2;
    corners.area[i] = width! * height!;
  }
  return corners;
}

/** Area that each default box shares with a box, into `out`. */
function sharedAreas(
  { left, top, right, bottom }: Corners,
  [x0, y0, x1, y1]: MatchingBox['boxXyxyNorm'],
  out: Float32Array,
): void {
  for (let i = 0; i < out.length; i++) {
    const width = Math.min(right[i]!, x1) - Math.max(left[i]!, x0);
    const height = Math.min(bottom[i]!, y1) - Math.max(top[i]!, y0);
    out[i] = width > 0 && height > 0 ? width * height : 0;
  }
}

/** Above any IoU: marks a default box as claimed by a true box for good. */
const taken = 2;

/** A default box that overlaps less than this is not matched, even if a true box has too few. */
const leastIou = 0.2;

/** Marks the default boxes that this true box overlaps more than earlier ones did, and permanently claims its best ones. */
function claim(
  corners: Corners,
  box: MatchingBox,
  index: number,
  atLeast: number,
  iou: Float32Array,
  bestIou: Float32Array,
  bestTruth: Int16Array,
): void {
  const area = areaOf(box.boxXyxyNorm);
  sharedAreas(corners, box.boxXyxyNorm, iou);
  const best: { overlap: number; box: number }[] = [];
  for (let i = 0; i < iou.length; i++) {
    const shared = iou[i]!;
    if (shared === 0 || bestIou[i] === taken) continue;
    const overlap = shared / (corners.area[i]! + area - shared);
    if (best.length < atLeast || overlap > best.at(-1)!.overlap)
      insertRanked(best, overlap, i, atLeast);
    if (overlap > bestIou[i]!) {
      bestIou[i] = overlap;
      bestTruth[i] = index;
    }
  }
  best.forEach(({ overlap, box: chosen }, rank) => {
    if (rank > 0 && overlap < leastIou) return;
    bestIou[chosen] = taken;
    bestTruth[chosen] = index;
  });
}

/** Inserts into a list of the best, best first, of at most `most` entries. */
function insertRanked(
  best: { overlap: number; box: number }[],
  overlap: number,
  box: number,
  most: number,
): void {
  const place = best.findIndex((other) => overlap > other.overlap);
  best.splice(place < 0 ? best.length : place, 0, { overlap, box });
  if (best.length > most) best.pop();
}

/** Encodes the offsets of the positives, which are few, each at its default box's index. */
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

const areaOf = ([left, top, right, bottom]: MatchingBox['boxXyxyNorm']): number =>
  (right - left) * (bottom - top);

/**
 * Marks default boxes that are mostly inside the region, and larger ones that contain most of it: an unlabelled small
 * car must not teach "background" there either.
 */
function ignoreInside(
  corners: Corners,
  region: MatchingBox['boxXyxyNorm'],
  labels: Int8Array,
): void {
  const regionArea = areaOf(region);
  const shared = new Float32Array(labels.length);
  sharedAreas(corners, region, shared);
  for (let i = 0; i < labels.length; i++) {
    const isMostlyRegion = shared[i]! > 0.5 * corners.area[i]!;
    const holdsRegion = shared[i]! > 0.5 * regionArea && shared[i]! > 0.2 * corners.area[i]!;
    if (isMostlyRegion || holdsRegion) labels[i] = ignored;
  }
}
