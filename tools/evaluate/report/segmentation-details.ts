import type { JudgedClass } from '../../datasets/sample.js';
import { type ClassScores, classScores } from '../classification.js';
import {
  type ConfusionMatrix,
  confusionRows,
  countsByClass,
  createConfusionMatrix,
} from '../confusion-matrix.js';
import type { ObservationOf } from '../observation.js';
import { countClassMap, segmentationScores } from '../segmentation-scores.js';
import { worstFirst } from './worst-first.js';

type Seen = ObservationOf['segmentation'];

/** One frame's own scores; its mIoU is over the classes that it has or was said to have. */
export interface SegmentationFrame {
  id: string;
  mIoU: number;
  pixelAccuracy: number;
}

export interface SegmentationDetails {
  classes: ({ name: string; iou: number; truthShare: number } & ClassScores)[];
  classesWithoutExamples: string[];
  /** The classes that were judged. */
  judged: readonly JudgedClass[];
  /** Pixels; rows are the truth, columns the answer, both in the order of `judged`. */
  confusion: number[][];
  /** Every frame, in the order of the data. */
  frames: SegmentationFrame[];
}

/** Neighbours show one scene: one of them is enough to look at. */
const stretchLength = 4;

/** Counts frame by frame and keeps the maps of the `most` worst, one a stretch, which a page shows. */
export class SegmentationTally {
  /** Those of the set: all samples have the same. */
  #judged: readonly JudgedClass[] = [];
  /** The last class is whatever truth and network do not share. */
  #confusion = createConfusionMatrix(1);
  readonly #frames: SegmentationFrame[] = [];
  /** By the stretch of neighbouring frames that they stand for. */
  #worst: { seen: Seen; frame: SegmentationFrame; stretch: number }[] = [];

  constructor(readonly most: number) {}

  add(seen: Seen): void {
    if (this.#frames.length === 0) {
      this.#judged = seen.classes;
      this.#confusion = createConfusionMatrix(seen.classes.length + 1);
    }
    const own = createConfusionMatrix(this.#judged.length + 1);
    countClassMap(own, seen.truth, seen.predicted);
    own.counts.forEach((count, index) => {
      this.#confusion.counts[index]! += count;
    });
    const { mIoU, pixelAccuracy } = segmentationScores(own, namesOf(this.#judged));
    const frame = { id: seen.sample.id, mIoU, pixelAccuracy };
    this.#frames.push(frame);
    const stretch = Math.floor((this.#frames.length - 1) / stretchLength);
    this.#worst = worstFirst(
      [...this.#worst, { seen, frame, stretch }],
      (item) => -item.frame.mIoU,
      (item) => `${item.stretch}`,
      this.most,
    );
  }

  /** The worst first. */
  get worst(): readonly { seen: Seen; frame: SegmentationFrame }[] {
    return this.#worst;
  }

  details(): SegmentationDetails {
    return {
      ...classDetails(this.#confusion, this.#judged),
      judged: this.#judged,
      confusion: confusionRows(this.#confusion)
        .slice(0, this.#judged.length)
        .map((row) => row.slice(0, this.#judged.length)),
      frames: this.#frames,
    };
  }
}

const namesOf = (judged: readonly JudgedClass[]) => judged.map(({ name }) => name);

function classDetails(
  confusion: ConfusionMatrix,
  judged: readonly JudgedClass[],
): Pick<SegmentationDetails, 'classes' | 'classesWithoutExamples'> {
  const total = confusion.counts.reduce((sum, count) => sum + count, 0);
  const { perClass } = segmentationScores(confusion, namesOf(judged));
  const counted = countsByClass(confusion);
  const all = judged.map(({ name }, classId) => {
    const counts = counted[classId]!;
    const truthPixels = counts.truePositives + counts.falseNegatives;
    return {
      name,
      iou: perClass[name] ?? 0,
      truthShare: total === 0 ? 0 : truthPixels / total,
      ...classScores(counts),
    };
  });
  return {
    classes: all.filter(({ name }) => perClass[name] !== undefined),
    classesWithoutExamples: all
      .filter(({ truthShare }) => truthShare === 0)
      .map(({ name }) => name),
  };
}
