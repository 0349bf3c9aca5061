import { basename, join } from 'node:path';
import { z } from 'zod';
import { makeDetectionSample } from './box-sample.js';
import {
  datasetError,
  listFolder,
  mapInOrder,
  readJson,
  requireSamples,
  requireSplit,
} from './dataset-files.js';
import type { Dataset } from './sample.js';
import { addTeacherBoxes } from './teacher-boxes.js';

const indexSchema = z.array(
  z.object({
    file: z.string(),
    width: z.number(),
    height: z.number(),
    objects: z.array(
      z.object({
        class: z.string(),
        box: z.tuple([z.number(), z.number(), z.number(), z.number()]),
      }),
    ),
    openimages_id: z.string().optional(),
  }),
);

/** An ambulance counts as a truck: of 88 in the training part the teacher calls 52 a truck, 20 a bus, 5 a car. */
const ourNames: ReadonlyMap<string, string> = new Map(
  Object.entries({
    Car: 'car',
    Truck: 'truck',
    Bus: 'bus',
    Motorcycle: 'motorcycle',
    Ambulance: 'truck',
  }),
);

/**
 * The vehicles of Open Images: `<split>.json`, an array of `{file, width, height, objects: [{class, box:
 * [left, top, right, bottom]}]}`, with the pictures at `file` next to it. People, lights and signs in these
 * pictures are not labelled: train with `teacher` (`boxes_teacher_<split>.json`), and score vehicles only.
 * Throws ERR_DATASET for a missing folder or split, or an index of another shape.
 */
export async function openOpenimages(
  dir: string,
  options: { split: string; teacher?: string },
): Promise<Dataset<'detection'>> {
  const { split } = options;
  const names = await listFolder(dir, 'a folder with Open Images vehicles');
  const splits = names
    .filter((name) => name.endsWith('.json') && names.includes(basename(name, '.json')))
    .map((name) => basename(name, '.json'));
  requireSplit(split, splits, dir);
  const indexFile = join(dir, `${split}.json`);
  const parsed = indexSchema.safeParse(await readJson(indexFile, 'an index'));
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    throw datasetError(
      `expected [{file, width, height, objects}], found at ${issue.path.join('.')}: ${issue.message}: ${indexFile}`,
    );
  }
  const dataset: Dataset<'detection'> = {
    task: 'detection',
    name: `openimages vehicles ${split}`,
    licence: 'CC BY 4.0 (Open Images)',
    samples: [],
    problems: [],
    holdOut: split === 'train' ? 'official-train' : 'official-val',
  };
  const { problems } = dataset;
  const samples = await mapInOrder(parsed.data, async (entry, index) => {
    const where = `${indexFile} entry ${index}`;
    const name = basename(entry.file);
    const boxes = entry.objects.flatMap(({ class: found, box }) => {
      const className = ourNames.get(found);
      if (className) return [{ box: { className, boxXyxyPx: box, weight: 1 }, where }];
      problems.push({ where, reason: `unknown class "${found}"` });
      return [];
    });
    return makeDetectionSample(
      {
        file: join(dir, split, name),
        id: name,
        group: entry.openimages_id ?? name,
        declaredSizePx: [entry.width, entry.height],
      },
      boxes,
      problems,
    );
  });
  dataset.samples = samples.filter((sample) => sample !== undefined);
  requireSamples(dataset, dir);
  if (options.teacher) await addTeacherBoxes(dataset, options.teacher);
  return dataset;
}
