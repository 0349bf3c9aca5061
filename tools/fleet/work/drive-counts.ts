import { z } from 'zod';
import type {
  GroundTruth,
  PerceptionFrame,
} from '../../../src/messages/gen/windshield/v1/perception_pb.js';
import { segmentationClasses } from '../../../src/perception/classes.js';
import { decodeRunLengths } from '../../../src/perception/segmentation/run-lengths.js';
import { boxIou } from '../../datasets/box-geometry.js';
import { samplesOfTruth } from '../../datasets/recording-truth.js';
import { matchBoxes } from '../../evaluate/match-boxes.js';
import { boxOf } from '../../verdict/match-detections.js';

const count = z.int().min(0);

/** What was counted of a drive against its ground truth; sums, so that drives and their pieces add up. */
export const driveCountsSchema = z.strictObject({
  /** Results of frames that have a truth. */
  framesWithTruth: count,
  /** By class: true boxes that count, those found at IoU 0.5, and boxes that are none. */
  detection: z.record(z.string(), z.strictObject({ truth: count, hits: count, misses: count })),
  /** Legible signs, those that a reading was given for, and those read right. */
  signs: z.strictObject({ truth: count, read: count, right: count }),
  /** Frames with a driver's angle, and the sum of absolute differences, radians. */
  steering: z.strictObject({ frames: count, absErrorRad: z.number().min(0) }),
  /** By class: pixels that both say, and pixels that either says. */
  segmentation: z.record(z.string(), z.strictObject({ both: count, either: count })),
});

export type DriveCounts = z.infer<typeof driveCountsSchema>;

export const noCounts = (): DriveCounts => ({
  framesWithTruth: 0,
  detection: {},
  signs: { truth: 0, read: 0, right: 0 },
  steering: { frames: 0, absErrorRad: 0 },
  segmentation: {},
});

const minIou = 0.5;

/** Adds one result, with its class map, and the truth of its frame. */
export async function countFrame(
  counts: DriveCounts,
  frame: PerceptionFrame,
  truth: GroundTruth,
): Promise<void> {
  const { widthPx, heightPx } = frame;
  const base = { id: '', group: '', frameSizePx: { widthPx, heightPx } };
  const withImage = { ...base, load: async () => ({ widthPx, heightPx, data: new Uint8Array(0) }) };
  counts.framesWithTruth++;
  countBoxes(counts, frame, truth, withImage);
  countSigns(counts, frame, truth, withImage);
  countSteering(counts, frame, truth);
  countMap(counts, frame, truth);
}

type Base = Parameters<typeof samplesOfTruth>[2];

function countBoxes(
  { detection }: DriveCounts,
  frame: PerceptionFrame,
  truth: GroundTruth,
  base: Base,
): void {
  const boxes = samplesOfTruth('detection', truth, base).flatMap((sample) => sample.boxes);
  const found = frame.detections.map(({ className, score, boxPx }) => {
    return { className, score, boxXyxyPx: boxOf(boxPx) };
  });
  const classes = new Set([...boxes, ...found].map(({ className }) => className));
  for (const className of [...classes].sort()) {
    const ofClass = found.filter((box) => box.className === className);
    const wanted = boxes.filter((box) => box.className === className && box.weight > 0).length;
    const outcomes = matchBoxes(ofClass, boxes, className, minIou);
    const hits = outcomes.filter(({ kind }) => kind === 'hit').length;
    const misses = outcomes.filter(({ kind }) => kind === 'miss').length;
    if (wanted + hits + misses === 0) continue;
    detection[className] ??= { truth: 0, hits: 0, misses: 0 };
    const sums = detection[className];
    sums.truth += wanted;
    sums.hits += hits;
    sums.misses += misses;
  }
}

function countSigns(
  { signs }: DriveCounts,
  frame: PerceptionFrame,
  truth: GroundTruth,
  base: Base,
): void {
  for (const { classId, boxXyxyPx } of samplesOfTruth('signs', truth, base)) {
    signs.truth++;
    const read = frame.signs.find(
      (sign) => sign.classId >= 0 && boxIou(boxOf(sign.boxPx), boxXyxyPx!) >= minIou,
    );
    if (read === undefined) continue;
    signs.read++;
    if (read.classId === classId) signs.right++;
  }
}

function countSteering(
  { steering }: DriveCounts,
  { steering: answer }: PerceptionFrame,
  { vehicle }: GroundTruth,
): void {
  if (answer === undefined || vehicle?.hasSteering !== true) return;
  steering.frames++;
  steering.absErrorRad += Math.abs(answer.angleRad - vehicle.steeringRad);
}

/** Compared at the size of the network's own map: each of its pixels with the nearest of the truth. */
function countMap({ segmentation }: DriveCounts, frame: PerceptionFrame, truth: GroundTruth): void {
  const [seen, known] = [frame.segmentation, truth.segmentation];
  if (seen === undefined || known === undefined) return;
  const seenMap = mapOf(seen);
  const knownMap = mapOf(known);
  const names = segmentationClasses;
  const idOf = (map: { classNames: readonly string[] }) =>
    Array.from({ length: 256 }, (_, id) =>
      names.indexOf((map.classNames[id] ?? names[id]) as (typeof names)[number]),
    );
  const [seenIds, knownIds] = [idOf(seen), idOf(known)];
  const both = new Float64Array(names.length);
  const either = new Float64Array(names.length);
  for (let y = 0; y < seen.heightPx; y++) {
    const row = Math.floor(((y + 0.5) * known.heightPx) / seen.heightPx) * known.widthPx;
    for (let x = 0; x < seen.widthPx; x++) {
      const column = Math.floor(((x + 0.5) * known.widthPx) / seen.widthPx);
      const is = knownIds[knownMap[row + column]!]!;
      // Void: nothing is known there.
      if (is < 0) continue;
      const said = seenIds[seenMap[y * seen.widthPx + x]!]!;
      either[is]!++;
      if (said === is) both[is]!++;
      else if (said >= 0) either[said]!++;
    }
  }
  for (const [id, name] of names.entries()) {
    if (either[id] === 0) continue;
    segmentation[name] ??= { both: 0, either: 0 };
    segmentation[name].both += both[id]!;
    segmentation[name].either += either[id]!;
  }
}

const mapOf = (map: NonNullable<PerceptionFrame['segmentation']>) =>
  decodeRunLengths(map.runLengths, map.runClasses, map.widthPx * map.heightPx);
