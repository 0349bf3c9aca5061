import { median } from '../../src/frame/median.js';
import type { Detection } from '../../src/messages/gen/windshield/v1/perception_pb.js';
import { readingsByBox } from '../../src/viewer/box-reading.js';
import { boxIou } from '../datasets/box-geometry.js';
import type { Finding } from './finding.js';
import { boxOf } from './match-detections.js';
import type { MatchedPair } from './matched-pair.js';
import type { FramePair } from './pair-results.js';
import type { Limits } from './rules.js';
import { counted, spokenClass, spokenPercent } from './words.js';

/** Minimum number of boxes for a pattern: fewer may be chance. */
const minBoxes = 5;
/** Share of all changed boxes that must fit a pattern. */
const patternShare = 0.9;

interface Lonely {
  detection: Detection;
  /** Largest overlap with another box of its class in its own frame. */
  crowdIou: number;
  frameId: number;
  epoch: number;
  timeS: number;
}

/** Findings from all boxes of the drive together: which setting of the detector seems to have changed. */
export function detectionFindings(pairs: readonly MatchedPair[], limits: Limits): Finding[] {
  const gone = pairs.flatMap(({ pair, matched }) =>
    matched.onlyReference.map((index) => lonelyOf(pair.reference.detections, index, pair)),
  );
  const come = pairs.flatMap(({ pair, matched }) =>
    matched.onlyCandidate.map((index) => lonelyOf(pair.candidate.detections, index, pair)),
  );
  const scores = {
    reference: lowest(pairs.flatMap(({ pair }) => pair.reference.detections)),
    candidate: lowest(pairs.flatMap(({ pair }) => pair.candidate.detections)),
  };
  return [
    ...thresholdFindings(gone, come, scores),
    ...suppressionFindings(gone, come),
    ...countFindings(pairs, limits),
    ...labelFindings(pairs),
    ...offsetFindings(pairs, limits),
  ];
}

function lonelyOf(
  all: readonly Detection[],
  index: number,
  { frameId, epoch, timeS }: FramePair,
): Lonely {
  const detection = all[index]!;
  let crowdIou = 0;
  all.forEach((other, place) => {
    if (place === index || other.className !== detection.className) return;
    crowdIou = Math.max(crowdIou, boxIou(boxOf(detection.boxPx), boxOf(other.boxPx)));
  });
  return { detection, crowdIou, frameId, epoch, timeS };
}

const lowest = (detections: readonly Detection[]) =>
  detections.reduce((low, { score }) => Math.min(low, score), Number.POSITIVE_INFINITY);

/** If boxes below a score disappeared (or appeared) and hardly any others, the threshold has moved. */
function thresholdFindings(
  gone: readonly Lonely[],
  come: readonly Lonely[],
  lowestScore: { reference: number; candidate: number },
): Finding[] {
  const [changed, others, isHigher] =
    gone.length >= come.length ? [gone, come, true] : [come, gone, false];
  const limit = isHigher ? lowestScore.candidate : lowestScore.reference;
  const fitting = changed.filter(({ detection }) => detection.score < limit);
  const all = changed.length + others.length;
  if (fitting.length < minBoxes || fitting.length < all * patternShare) return [];
  const first = fitting[0]!;
  const boxes = counted(fitting.length, 'box', 'boxes');
  const words = isHigher
    ? `${boxes} scored below ${limit.toFixed(2)} are gone and the others stay: as with a higher score threshold`
    : `${boxes} scored below ${limit.toFixed(2)} have come and the others stay: as with a lower score threshold`;
  return [{ ...shownAt(first), kind: 'score-threshold', words }];
}

/** If boxes that overlap others of their class appeared (or disappeared) and hardly any others, NMS has changed. */
function suppressionFindings(gone: readonly Lonely[], come: readonly Lonely[]): Finding[] {
  const isLooser = come.length >= gone.length;
  const [changed, others] = isLooser ? [come, gone] : [gone, come];
  const crowded = changed.filter(({ crowdIou }) => crowdIou > 0.2);
  const all = changed.length + others.length;
  if (crowded.length < minBoxes || crowded.length < all * patternShare) return [];
  const worst = crowded.reduce((a, b) => (b.crowdIou > a.crowdIou ? b : a));
  const boxes = counted(crowded.length, 'box', 'boxes');
  const words = `${boxes} that overlap another of their class (IoU up to ${worst.crowdIou.toFixed(2)}) ${isLooser ? 'have come' : 'are gone'}: as with ${isLooser ? 'a higher' : 'a lower'} NMS threshold`;
  return [{ ...shownAt(worst), kind: 'box-suppression', words }];
}

const shownAt = ({ detection, frameId, epoch, timeS }: Lonely) => ({
  frameId,
  epoch,
  timeS,
  boxXyxyPx: boxOf(detection.boxPx),
});

function countFindings(pairs: readonly MatchedPair[], limits: Limits): Finding[] {
  const counts = new Map<string, { reference: number; candidate: number }>();
  for (const { pair } of pairs)
    for (const side of ['reference', 'candidate'] as const)
      for (const { className } of pair[side].detections) {
        const count = counts.get(className) ?? { reference: 0, candidate: 0 };
        count[side]++;
        counts.set(className, count);
      }
  return [...counts].flatMap(([className, { reference, candidate }]): Finding[] => {
    const name = spokenClass(className);
    if (candidate === 0 && reference >= minBoxes)
      return [
        {
          kind: 'class-lost',
          className,
          words: `no ${name} is found any more, ${counted(reference, 'box', 'boxes')} before`,
        },
      ];
    if (reference === 0 && candidate >= minBoxes)
      return [
        {
          kind: 'class-added',
          className,
          words: `${name} is found in ${counted(candidate, 'box', 'boxes')}, never before`,
        },
      ];
    const change = candidate - reference;
    if (Math.abs(change) < minBoxes || Math.abs(change) <= reference * limits.boxCountShare)
      return [];
    const share = spokenPercent(Math.abs(change) / reference, 0);
    const words = `${share} ${change < 0 ? 'fewer' : 'more'} boxes of ${name}: ${candidate}, ${reference} before`;
    return [{ kind: 'box-count', className, words }];
  });
}

/** Overlapping boxes with two names, or signs and lights read equally surely as two classes, all over the drive. */
function labelFindings(pairs: readonly MatchedPair[]): Finding[] {
  const found = { detections: new Renames(), readings: new Renames() };
  for (const { pair, matched } of pairs) {
    const read = {
      reference: readingsByBox(pair.reference),
      candidate: readingsByBox(pair.candidate),
    };
    for (const { reference, candidate, iou } of matched.matches) {
      if (iou < 0.9) continue;
      const [a, b] = [pair.reference.detections[reference]!, pair.candidate.detections[candidate]!];
      found.detections.count(a.className, b.className, Math.abs(a.score - b.score) < 0.01);
      const [before, now] = [read.reference.get(reference), read.candidate.get(candidate)];
      if (before !== undefined && now !== undefined) {
        const isAsSure = Math.abs(before.probability - now.probability) < 0.01;
        found.readings.count(before.name, now.name, isAsSure);
      }
    }
  }
  return Object.entries(found).flatMap(([what, renames]) =>
    renames.constant().map(
      ({ from, to, boxes }): Finding => ({
        kind: 'label-swapped',
        className: from,
        words: `what was ${what === 'readings' ? 'read as' : 'called'} ${spokenClass(from)} is now ${spokenClass(to)}: the same boxes, as sure as before (${boxes} of them)`,
      }),
    ),
  );
}

/** Counts how one run's names appear in the other. */
class Renames {
  readonly #counts = new Map<string, Map<string, number>>();
  readonly #totals = new Map<string, number>();

  count(from: string, to: string, isAsSure: boolean): void {
    this.#totals.set(from, (this.#totals.get(from) ?? 0) + 1);
    if (from === to || !isAsSure) return;
    const targets = this.#counts.get(from) ?? new Map<string, number>();
    targets.set(to, (targets.get(to) ?? 0) + 1);
    this.#counts.set(from, targets);
  }

  /** Names that nearly always became one other name. */
  constant(): { from: string; to: string; boxes: number }[] {
    return [...this.#counts].flatMap(([from, targets]) => {
      const [to, boxes] = [...targets].reduce((best, one) => (one[1] > best[1] ? one : best));
      const isConstant = boxes >= minBoxes && boxes >= this.#totals.get(from)! * 0.8;
      return isConstant ? [{ from, to, boxes }] : [];
    });
  }
}

/** If all boxes moved alike, a crop or its mapping back to the frame has moved. */
function offsetFindings(pairs: readonly MatchedPair[], limits: Limits): Finding[] {
  const offsets: [number, number][] = [];
  for (const { pair, matched } of pairs)
    for (const { reference, candidate } of matched.matches) {
      const a = boxOf(pair.reference.detections[reference]!.boxPx);
      const b = boxOf(pair.candidate.detections[candidate]!.boxPx);
      offsets.push([(b[0] + b[2] - a[0] - a[2]) / 2, (b[1] + b[3] - a[1] - a[3]) / 2]);
    }
  if (offsets.length < 30) return [];
  const directions = ([0, 1] as const).flatMap((axis) => {
    const values = offsets.map((offset) => offset[axis]);
    const middle = median(values);
    const share = values.filter((value) => value * middle > 0).length / values.length;
    if (Math.abs(middle) <= limits.boxOffsetPx || share < 0.7) return [];
    const way = axis === 0 ? ['right', 'left'] : ['down', 'up'];
    return [`${Math.abs(middle).toFixed(1)} px further ${way[middle > 0 ? 0 : 1]}`];
  });
  if (directions.length === 0) return [];
  const words = `boxes lie ${directions.join(' and ')}: as with a crop that has moved`;
  return [{ kind: 'box-offset', words }];
}
