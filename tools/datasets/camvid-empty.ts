import { join } from 'node:path';
import { firstLine } from '../../src/frame/first-line.js';
import { segmentationClasses } from '../../src/perception/classes.js';
import { type CamvidSample, openCamvid } from './camvid.js';
import { cutOut } from './cut-out.js';
import { mapInOrder, requireSamples } from './dataset-files.js';
import { findEmptyWindow } from './empty-window.js';
import type { Dataset, DetectionSample } from './sample.js';

const isObject = Uint8Array.from({ length: 256 }, (_, classId) => {
  const name: string | undefined = segmentationClasses[classId];
  const isScenery = ['sky', 'building', 'pole', 'road', 'pavement', 'tree', 'fence'].includes(
    name ?? '',
  );
  return isScenery ? 0 : 1;
});

/**
 * Pictures without objects for detection, from CamVid's masks: of each picture the largest window with no object that
 * the detector knows and no unlabelled pixels (sky, hills, walls, empty road), at least two fifths of the
 * picture's edges. Pictures without such a window are left out. All label maps of the split are read at once. Errors as
 * openCamvid.
 */
export async function openCamvidEmpty(
  dir: string,
  { split }: { split: string },
): Promise<Dataset<'detection'>> {
  const masks = await openCamvid(dir, { split });
  const problems = [...masks.problems];
  const found = await mapInOrder(masks.samples, (sample) =>
    emptyPart(sample).catch((error: unknown) => {
      problems.push({ where: join(dir, `${split}annot`, sample.id), reason: firstLine(error) });
      return undefined;
    }),
  );
  const dataset: Dataset<'detection'> = {
    task: 'detection',
    name: `camvid-empty ${split}`,
    licence: masks.licence,
    samples: found.filter((sample) => sample !== undefined),
    problems,
    ...(masks.holdOut && { holdOut: masks.holdOut }),
  };
  return requireSamples(dataset, dir);
}

async function emptyPart(sample: CamvidSample): Promise<DetectionSample | undefined> {
  const { classMap, widthPx, heightPx } = await sample.loadLabelMap();
  const window = findEmptyWindow(
    classMap.map((classId) => isObject[classId]!),
    widthPx,
    heightPx,
  );
  if (!window) return undefined;
  const { id, group, load } = sample;
  return { id, group, load: async () => cutOut(await load(), window), boxes: [] };
}
