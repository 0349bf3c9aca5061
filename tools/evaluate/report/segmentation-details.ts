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

/** One frame's own scores; its mIoU is over the classes in its truth or its answer. */
export interface SegmentationFrame {
  id: string;
  mIoU: number;
  pixelAccuracy: number;
}

export interface SegmentationDetails {
  classes: ({ name: string; iou: number; truthShare: number } & ClassScores)[];
  classesWithoutExamples: string[];
  /** The judged classes. */
  judged: readonly JudgedClass[];
  /** Pixel counts; rows are the truth, columns the answer, in the order of `judged`; last come all classes not judged. */
  confusion: number[][];
  /** Every frame, in the order of the data. */
  frames: SegmentationFrame[];
}

/** This many neighbouring frames show one scene: one of them is enough to show. */
const stretchLength = 4;

/** Counts frame by frame and keeps the maps of the `most` worst frames, one per stretch, for the page. */
export class SegmentationTally {
  /** The set's judged classes: all samples have the same. */
  #judged: readonly JudgedClass[] = [];
  /** The last class stands for all classes that are not judged. */
  #confusion = createConfusionMatrix(1);
  readonly #frames: SegmentationFrame[] = [];
  /** The worst frame of each stretch of neighbouring frames. */
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

  /** The worst frames, worst first. */
  get worst(): readonly { seen: Seen; frame: SegmentationFrame }[] {
    return this.#worst;
  }

  details(): SegmentationDetails {
    return {
      ...classDetails(this.#confusion, this.#judged),
      judged: this.#judged,
      confusion: confusionRows(this.#confusion),
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
