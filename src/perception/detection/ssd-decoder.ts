import type { SsdOutputSpec } from '../../bundle/output-spec.js';
import { boxIouAt } from './box-iou.js';
import { decodeBoxInto } from './box-offsets.js';
import { makeDefaultBoxes } from './default-boxes.js';
import type { DetectionList } from './detection-list.js';
import { ScoreHeap } from './score-heap.js';

export interface SsdDecoder {
  /** float32 [A, 4], see makeDefaultBoxes. */
  readonly defaultBoxes: Float32Array;
  /**
   * Decodes one frame into `out` (room for spec.maxDetections): softmax, score threshold, then non-maximum
   * suppression within each class or group of classes, best first, until maxDetections are kept. `offsets` is float32
   * [A, 4] and `logits` [A, 1 + classes]; both are only read. NaN never becomes a detection.
   */
  decode(offsets: Float32Array, logits: Float32Array, out: DetectionList): void;
}

/** Prepares the decoding of one network's outputs (Liu et al. 2016, SSD). Allocates here, not per frame. */
export function createSsdDecoder(spec: SsdOutputSpec): SsdDecoder {
  const defaultBoxes = makeDefaultBoxes(spec.featureMaps);
  const boxCount = defaultBoxes.length / 4;
  const classCount = spec.classes.length;
  const heap = new ScoreHeap(1024);
  const box = new Float32Array(4);
  const groups = groupsOf(spec);

  return {
    defaultBoxes,
    decode(offsets, logits, out) {
      heap.clear();
      collect(logits, boxCount, classCount, spec.scoreThreshold, heap);
      heap.order();
      out.count = 0;
      while (heap.size > 0 && out.count < spec.maxDetections) {
        const score = heap.bestScore;
        const id = heap.pop();
        const index = (id / classCount) | 0;
        const classId = id - index * classCount;
        decodeBoxInto(offsets, defaultBoxes, spec.variances, index, box, 0);
        if (!isBox(box) || isSuppressed(box, classId, out, spec.nmsIou, groups)) continue;
        const at = out.count++;
        out.classIds[at] = classId;
        out.scores[at] = score;
        out.boxesXyxyNorm.set(box, at * 4);
      }
    },
  };
}

/** Puts every (default box, class) whose probability reaches the threshold on the heap; id = box * classes + class. */
function collect(
  logits: Float32Array,
  boxCount: number,
  classCount: number,
  threshold: number,
  heap: ScoreHeap,
): void {
  // p(class) <= 1 / (1 + exp(background - class)), so a class that is not this far above the background
  // cannot reach the threshold: most boxes are rejected without a single exponential. 1e-4 covers rounding.
  const margin = Math.log(threshold / (1 - threshold)) - 1e-4;
  const width = classCount + 1;
  const end = boxCount * width;
  for (let row = 0; row < end; row += width) {
    if (!reaches(logits, row, width, margin)) continue;
    let top = logits[row]!;
    for (let at = row + 1; at < row + width; at++) if (logits[at]! > top) top = logits[at]!;
    let sum = 0;
    for (let at = row; at < row + width; at++) sum += Math.exp(logits[at]! - top);
    const firstId = (row / width) * classCount;
    for (let c = 0; c < classCount; c++) {
      const score = Math.exp(logits[row + 1 + c]! - top) / sum;
      if (score >= threshold) heap.append(score, firstId + c);
    }
  }
}

/**
 * Whether a class is `margin` above the background. Compares each separately: the answer is nearly always no, which the
 * processor predicts; it could not predict which class is the largest.
 */
function reaches(logits: Float32Array, row: number, width: number, margin: number): boolean {
  const least = logits[row]! + margin;
  for (let at = row + 1; at < row + width; at++) {
    if (logits[at]! >= least) return true;
  }
  return false;
}

/** By class: the first class of its group, or itself. */
function groupsOf({ classes, nmsGroups = [] }: SsdOutputSpec): Int32Array {
  return Int32Array.from(classes, (name, classId) => {
    const group = nmsGroups.find((names) => names.includes(name));
    return group ? classes.indexOf(group[0]!) : classId;
  });
}

function isBox(box: Float32Array): boolean {
  return box[2]! > box[0]! && box[3]! > box[1]!;
}

function isSuppressed(
  box: Float32Array,
  classId: number,
  kept: DetectionList,
  nmsIou: number,
  groups: Int32Array,
): boolean {
  for (let i = 0; i < kept.count; i++) {
    if (groups[kept.classIds[i]!] !== groups[classId]) continue;
    if (boxIouAt(box, 0, kept.boxesXyxyNorm, i * 4) > nmsIou) return true;
  }
  return false;
}
