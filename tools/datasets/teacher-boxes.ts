import { basename } from 'node:path';
import { z } from 'zod';
import {
  type BoxXyxy,
  boxIou,
  boxUnion,
  intersectionArea,
  overlapOfSmaller,
} from './box-geometry.js';
import { datasetError, readJson } from './dataset-files.js';
import type { Dataset, DetectionSample, TruthBox } from './sample.js';

const teacherSchema = z.record(
  z.string(),
  z.array(
    z.object({
      class: z.string(),
      score: z.number().min(0).max(1),
      box: z.tuple([z.number(), z.number(), z.number(), z.number()]),
    }),
  ),
);

/** Our names for the teacher's COCO names. A bicycle becomes a cyclist only with a rider: see withRiders. */
const ourNames: ReadonlyMap<string, string> = new Map(
  Object.entries({
    car: 'car',
    truck: 'truck',
    bus: 'bus',
    motorcycle: 'motorcycle',
    person: 'pedestrian',
    pedestrian: 'pedestrian',
    bicycle: 'bicycle',
    cyclist: 'cyclist',
    traffic_light: 'traffic_light',
    stop_sign: 'traffic_sign',
    traffic_sign: 'traffic_sign',
  }),
);

/** Which box is kept if a teacher's box overlaps one that the sample already has. */
export type TeacherConflict = 'keep-truth' | 'keep-teacher';

/**
 * Adds a teacher's boxes to a data set's samples, with their scores as weights. The file maps a picture's
 * name to `{class, score, box: [left, top, right, bottom]}` in pixels. If a teacher's box overlaps a box of
 * the sample (IoU at least 0.4, or the same class and 0.7 of the smaller one shared), `conflict` decides which of the
 * two is dropped: true boxes win over the teacher, the teacher wins over boxes derived from masks.
 * Never score against the result. Throws ERR_DATASET if the file is missing or not of this shape.
 */
export async function addTeacherBoxes(
  dataset: Dataset<'detection'>,
  file: string,
  conflict: TeacherConflict = 'keep-truth',
): Promise<void> {
  const parsed = teacherSchema.safeParse(await readJson(file, "a teacher's boxes"));
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    throw datasetError(
      `expected {picture: [{class, score, box}]}, found at ${issue.path.join('.')}: ${issue.message}: ${file}`,
    );
  }
  const taughtBy = new Map(Object.entries(parsed.data));
  const unknownNames = new Map<string, number>();
  for (const sample of dataset.samples) {
    const found = taughtBy.get(basename(sample.id)) ?? [];
    const taught: TruthBox[] = [];
    for (const { class: name, score, box } of found) {
      const className = ourNames.get(name);
      if (className) taught.push({ className, boxXyxyPx: box, weight: score });
      else unknownNames.set(name, (unknownNames.get(name) ?? 0) + 1);
    }
    merge(sample, withRiders(taught), conflict);
  }
  for (const [name, count] of unknownNames) {
    dataset.problems.push({
      where: file,
      reason: `unknown class "${name}", ${count} boxes left out`,
    });
  }
}

function merge(sample: DetectionSample, taught: TruthBox[], conflict: TeacherConflict): void {
  if (conflict === 'keep-truth') {
    const added = taught.filter((box) => !sample.boxes.some((truth) => isSameObject(box, truth)));
    sample.boxes = [...sample.boxes, ...added];
  } else {
    const kept = sample.boxes.filter((own) => !taught.some((box) => isSameObject(own, box)));
    sample.boxes = [...kept, ...taught];
  }
}

function isSameObject(a: TruthBox, b: TruthBox): boolean {
  if (boxIou(a.boxXyxyPx, b.boxXyxyPx) >= 0.4) return true;
  return a.className === b.className && overlapOfSmaller(a.boxXyxyPx, b.boxXyxyPx) >= 0.7;
}

/**
 * Merges riders and bicycles: our cyclist is both in one box (as in KITTI); the teacher, trained on COCO, gives two.
 * A bicycle and the person who sits on it become one cyclist with the lower of the two scores; a bicycle
 * without a rider is not one of our classes and becomes a region to ignore.
 */
export function withRiders(boxes: TruthBox[]): TruthBox[] {
  const riders = new Set<TruthBox>();
  const cyclists = boxes
    .filter((box) => box.className === 'bicycle')
    .map((bicycle): TruthBox => {
      const rider = boxes.find(
        (box) =>
          box.className === 'pedestrian' &&
          !riders.has(box) &&
          isRiding(box.boxXyxyPx, bicycle.boxXyxyPx),
      );
      if (!rider) return { ...bicycle, className: 'cyclist', weight: 0 };
      riders.add(rider);
      return {
        className: 'cyclist',
        boxXyxyPx: boxUnion(rider.boxXyxyPx, bicycle.boxXyxyPx),
        weight: Math.min(rider.weight, bicycle.weight),
      };
    });
  return [...boxes.filter((box) => box.className !== 'bicycle' && !riders.has(box)), ...cyclists];
}

/** A person rides a bicycle if the head is above it, the feet are not below it, and a third of it is covered. */
function isRiding(person: BoxXyxy, bicycle: BoxXyxy): boolean {
  const bicycleHeight = bicycle[3] - bicycle[1];
  const bicycleArea = bicycleHeight * (bicycle[2] - bicycle[0]);
  return (
    person[1] < bicycle[1] - 0.2 * bicycleHeight &&
    person[3] < bicycle[3] + 0.1 * bicycleHeight &&
    intersectionArea(person, bicycle) >= bicycleArea / 3
  );
}
