import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { segmentationClasses } from '../../src/perception/classes.js';
import { datasetError, readJson } from './dataset-files.js';
import { voidClassId } from './sample.js';

/** What the ids of a set's label maps mean to us. */
export interface LabelMeaning {
  /** Our class id, or void, by id as stored; undefined for an id that means nothing. */
  ourIds: readonly (number | undefined)[];
  /** For the name of the set: which classes of ours it has, where that is not all of them; else empty. */
  told: string;
}

/** Name of the file in which a set says what its ids mean. */
const classesFile = 'classes.json';

const classesSchema = z.object({
  classes: z
    .array(
      z.union([
        z.string(),
        z.object({
          index: z.int().min(0).max(255),
          name: z.string(),
          /** CamVid's class that this one is, where it is one; null for none. */
          camvid: z.string().nullable().optional(),
        }),
      ]),
    )
    .max(256),
});

const bare = (name: string) => name.toLowerCase().replace(/[^a-z0-9]/g, '');
/** Our ids by name without case and punctuation; void under the names that it goes by. */
const idsByName: ReadonlyMap<string, number> = new Map([
  ...segmentationClasses.map((name, id) => [bare(name), id] as const),
  ['sidewalk', segmentationClasses.indexOf('pavement')],
  ...['void', 'unlabelled', 'unlabeled', 'unlabelledvoid', 'unlabeledvoid', 'ignore'].map(
    (name) => [name, voidClassId] as const,
  ),
]);

/** SegNet's CamVid: our classes in our order, 11 and 255 unlabelled. */
const asOurs: LabelMeaning = {
  ourIds: Array.from({ length: 256 }, (_, id) => {
    if (id < segmentationClasses.length) return id;
    return id === segmentationClasses.length || id === voidClassId ? voidClassId : undefined;
  }),
  told: '',
};

/**
 * What the ids in `dir` mean: by the names in its `classes.json` (`{classes: [name, …]}` or `{classes: [{index, name,
 * camvid}, …]}`), case and punctuation aside; SegNet's order where there is no such file. A class that is none of ours
 * is void, neither trained on nor scored. Throws ERR_DATASET for a file of another shape, or without a class of ours.
 */
export async function readLabelMeaning(dir: string): Promise<LabelMeaning> {
  const file = join(dir, classesFile);
  if (!existsSync(file)) return asOurs;
  const parsed = classesSchema.safeParse(await readJson(file, "the set's classes"));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw datasetError(
      `expected {classes: [name]} or {classes: [{index, name}]}, found at ${issue?.path.join('.')}: ${issue?.message}: ${file}`,
    );
  }
  const ourIds = new Array<number | undefined>(256).fill(undefined);
  ourIds[voidClassId] = voidClassId;
  const ours: string[] = [];
  const others: string[] = [];
  parsed.data.classes.forEach((entry, place) => {
    const { index, name, camvid } =
      typeof entry === 'string' ? { index: place, name: entry, camvid: undefined } : entry;
    const ourId = camvid === null ? undefined : idsByName.get(bare(camvid ?? name));
    ourIds[index] = ourId ?? voidClassId;
    if (ourId === undefined) others.push(name);
    else if (ourId !== voidClassId) ours.push(segmentationClasses[ourId]!);
  });
  if (ours.length === 0)
    throw datasetError(
      `expected a class of ${segmentationClasses.join(', ')}, found ${others.join(', ') || 'none'}: ${file}`,
    );
  const isAll = others.length === 0 && segmentationClasses.every((name) => ours.includes(name));
  const told = isAll
    ? ''
    : `only ${ours.join(', ')}${others.length > 0 ? `; void: ${others.join(', ')}` : ''}`;
  return { ourIds, told };
}
