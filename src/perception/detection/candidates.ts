import type { CandidateOutputSpec } from '../../bundle/detection-spec.js';
import { boxIouAt } from './box-iou.js';
import type { DetectionList } from './detection-list.js';
import { ScoreHeap } from './score-heap.js';

/** Writes candidate `index` to box[0..3] as left, top, right, bottom in shares of the network's input. */
export type BoxOf = (index: number, box: Float32Array) => void;

/** Most candidates that soft suppression looks at, best first: each is compared with every one that is kept. */
const mostSoftCandidates = 1000;

/**
 * The candidates of one frame: maps the network's classes to the published ones and chooses among overlapping boxes.
 * Storage is allocated at the start and grows when a frame has more candidates than any before.
 */
export class Candidates {
  readonly #spec: CandidateOutputSpec;
  readonly #heap = new ScoreHeap(1024);
  readonly #box = new Float32Array(4);
  /** Published class by class of the network, or -1. */
  readonly #published: Int32Array;
  readonly #classCount: number;
  readonly #softBoxes: Float32Array;
  readonly #softScores: Float32Array;
  readonly #softClasses: Int32Array;

  constructor(spec: CandidateOutputSpec) {
    this.#spec = spec;
    this.#classCount = spec.classes.length;
    this.#published = Int32Array.from(spec.networkClasses, ({ as }) =>
      as === undefined ? -1 : spec.classes.indexOf(as),
    );
    const softCount = spec.nms.method === 'soft' ? mostSoftCandidates : 0;
    this.#softBoxes = new Float32Array(softCount * 4);
    this.#softScores = new Float32Array(softCount);
    this.#softClasses = new Int32Array(softCount);
  }

  clear(): void {
    this.#heap.clear();
  }

  /** Adds a candidate unless its class is dropped. `score` has reached the threshold; `networkClass` may be any number. */
  add(index: number, networkClass: number, score: number): void {
    const classId = this.#published[networkClass] ?? -1;
    if (classId >= 0) this.#heap.append(score, index * this.#classCount + classId);
  }

  /** Chooses, best first, until `out` holds maxDetections; among equal scores the lower index comes first. */
  choose(boxOf: BoxOf, out: DetectionList): void {
    this.#heap.order();
    out.count = 0;
    if (this.#spec.nms.method === 'soft') this.#chooseSoftly(boxOf, out);
    else this.#chooseHard(boxOf, out);
  }

  #chooseHard(boxOf: BoxOf, out: DetectionList): void {
    const { nms, maxDetections } = this.#spec;
    const heap = this.#heap;
    const box = this.#box;
    while (heap.size > 0 && out.count < maxDetections) {
      const score = heap.bestScore;
      const id = heap.pop();
      const index = Math.floor(id / this.#classCount);
      const classId = id - index * this.#classCount;
      boxOf(index, box);
      if (!isBox(box)) continue;
      if (nms.method === 'hard' && isSuppressed(box, classId, out, nms.iou, nms.byClass)) continue;
      append(out, classId, score, box, 0);
    }
  }

  #chooseSoftly(boxOf: BoxOf, out: DetectionList): void {
    const { nms, maxDetections, scoreThreshold } = this.#spec;
    if (nms.method !== 'soft') return;
    const { sigma, byClass } = nms;
    const heap = this.#heap;
    const boxes = this.#softBoxes;
    const scores = this.#softScores;
    const classes = this.#softClasses;
    let count = 0;
    while (heap.size > 0 && count < mostSoftCandidates) {
      const score = heap.bestScore;
      const id = heap.pop();
      const index = Math.floor(id / this.#classCount);
      boxOf(index, this.#box);
      if (!isBox(this.#box)) continue;
      boxes.set(this.#box, count * 4);
      scores[count] = score;
      classes[count++] = id - index * this.#classCount;
    }
    while (out.count < maxDetections) {
      let best = -1;
      for (let i = 0; i < count; i++) {
        if (scores[i]! >= scoreThreshold && (best < 0 || scores[i]! > scores[best]!)) best = i;
      }
      if (best < 0) return;
      append(out, classes[best]!, scores[best]!, boxes, best * 4);
      const bestScore = scores[best]!;
      scores[best] = -1;
      for (let i = 0; i < count; i++) {
        if (scores[i]! < 0 || scores[i]! > bestScore) continue;
        if (byClass && classes[i] !== classes[best]) continue;
        const iou = boxIouAt(boxes, best * 4, boxes, i * 4);
        if (iou > 0) scores[i]! *= Math.exp((-iou * iou) / sigma);
      }
    }
  }
}

function append(
  out: DetectionList,
  classId: number,
  score: number,
  boxes: Float32Array,
  at: number,
): void {
  const place = out.count++;
  out.classIds[place] = classId;
  out.scores[place] = score;
  for (let side = 0; side < 4; side++) out.boxesXyxyNorm[place * 4 + side] = boxes[at + side]!;
}

/** False for boxes without area and for those with a value that is not finite. */
function isBox(box: Float32Array): boolean {
  const width = box[2]! - box[0]!;
  const height = box[3]! - box[1]!;
  return width > 0 && height > 0 && width < Infinity && height < Infinity;
}

function isSuppressed(
  box: Float32Array,
  classId: number,
  kept: DetectionList,
  iou: number,
  byClass: boolean,
): boolean {
  for (let i = 0; i < kept.count; i++) {
    if (byClass && kept.classIds[i] !== classId) continue;
    if (boxIouAt(box, 0, kept.boxesXyxyNorm, i * 4) > iou) return true;
  }
  return false;
}
