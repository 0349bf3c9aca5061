import { join } from 'node:path';
import { firstLine } from '../../src/frame/first-line.js';
import { segmentationClasses } from '../../src/perception/classes.js';
import { openCamvid } from './camvid.js';
import { mapInOrder, requireSamples } from './dataset-files.js';
import { findComponents, type MaskComponent } from './mask-components.js';
import type { Dataset, DetectionSample, TruthBox } from './sample.js';
import { addTeacherBoxes } from './teacher-boxes.js';

export interface CamvidBoxesOptions {
  split: string;
  /** A teacher's boxes (boxes_teacher_<split>.json); they replace the masks' boxes that they overlap. */
  teacher?: string;
  /** Components with a smaller edge are left out, pixels. */
  minEdgePx?: number;
}

const ourNames: Partial<Record<(typeof segmentationClasses)[number], string>> = {
  car: 'car',
  pedestrian: 'pedestrian',
  bicyclist: 'cyclist',
  sign_symbol: 'traffic_sign',
};
const wantedClasses = new Set(
  segmentationClasses.flatMap((name, classId) => (ourNames[name] ? [classId] : [])),
);
/** Half weight, because neighbours merge into one component and objects hidden in the middle split in two. */
const maskBoxWeight = 0.5;

/**
 * Weak boxes for detection from CamVid's masks: a box around each connected component of cars, pedestrians,
 * cyclists and sign symbols (signs and traffic lights alike), with weight 0.5. Smaller components become
 * regions to ignore, so that they do not teach background. For training; never score against them.
 * All label maps of the split are read at once. Errors as openCamvid.
 */
export async function openCamvidBoxes(
  dir: string,
  options: CamvidBoxesOptions,
): Promise<Dataset<'detection'>> {
  const { split, teacher, minEdgePx = 10 } = options;
  const masks = await openCamvid(dir, { split });
  const problems = [...masks.problems];
  const found = await mapInOrder(
    masks.samples,
    async (sample): Promise<DetectionSample | undefined> => {
      const { id, group, load } = sample;
      try {
        const { classMap, widthPx, heightPx } = await sample.loadLabelMap();
        const components = findComponents(classMap, widthPx, heightPx, wantedClasses);
        return { id, group, load, boxes: components.flatMap((part) => toBoxes(part, minEdgePx)) };
      } catch (error) {
        problems.push({ where: join(dir, `${split}annot`, id), reason: firstLine(error) });
        return undefined;
      }
    },
  );
  const dataset: Dataset<'detection'> = {
    task: 'detection',
    name: `camvid-boxes ${split}`,
    licence: masks.licence,
    samples: found.filter((sample) => sample !== undefined),
    problems,
    ...(masks.holdOut && { holdOut: masks.holdOut }),
  };
  requireSamples(dataset, dir);
  if (teacher) await addTeacherBoxes(dataset, teacher, 'keep-teacher');
  return dataset;
}

function toBoxes({ classId, boxXyxyPx, areaPx }: MaskComponent, minEdgePx: number): TruthBox[] {
  const className = ourNames[segmentationClasses[classId]!]!;
  const [left, top, right, bottom] = boxXyxyPx;
  const isSmall = Math.min(right - left, bottom - top) < minEdgePx;
  // Specks of a few pixels are labelling noise.
  if (isSmall && areaPx < 9) return [];
  return [{ className, boxXyxyPx, weight: isSmall ? 0 : maskBoxWeight }];
}
