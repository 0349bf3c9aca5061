import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { segmentationClasses } from '../../src/perception/classes.js';
import { datasetError, readJson } from './dataset-files.js';
import { type JudgedClass, voidClassId } from './sample.js';

/** What the ids of a set's label maps mean to us. */
export interface LabelMeaning {
  /** Our class id, or void, by id as stored; undefined for an id that means nothing. */
  ourIds: readonly (number | undefined)[];
  /** For the name of the set: which classes of ours it has, where that is not all of them; else empty. */
  told: string;
  /** By which classes a network is judged, where they are not all of ours. */
  judged?: JudgedMeaning;
}

/** The classes of a set as it has them, coarse ones too. */
export interface JudgedMeaning {
  classes: readonly JudgedClass[];
  /** Place in `classes`, or void, by id as stored; undefined for an id that means nothing. */
  places: readonly (number | undefined)[];
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
          /** CamVid's class that this one is, or the several that it holds; null for none. */
          camvid: z
            .union([z.string(), z.array(z.string()).min(1)])
            .nullable()
            .optional(),
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

/**
 * Coarse classes by name, with those of ours that they hold: level 1 of the India Driving Dataset's labels (Varma et al.
 * 2019), and the categories of Cityscapes' (Cordts et al. 2016).
 */
const coarseClasses: ReadonlyMap<string, readonly (typeof segmentationClasses)[number][]> = new Map(
  [
    ['drivable', ['road']],
    ['nondrivable', ['pavement']],
    ['livingthings', ['pedestrian', 'bicyclist']],
    ['vehicles', ['car']],
    ['roadsideobjects', ['pole', 'sign_symbol', 'fence']],
    ['farobjects', ['building', 'tree']],
    ['flat', ['road', 'pavement']],
    ['construction', ['building', 'fence']],
    ['object', ['pole', 'sign_symbol']],
    ['nature', ['tree']],
    ['human', ['pedestrian', 'bicyclist']],
    ['vehicle', ['car']],
  ],
);

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
 * is void to training. A network is judged by the classes that the set has: ours, and coarse ones that hold several of ours.
 * Throws ERR_DATASET for a file of another shape, or without a class that is or holds one of ours.
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
  const places = new Array<number | undefined>(256).fill(undefined);
  ourIds[voidClassId] = places[voidClassId] = voidClassId;
  const ours: string[] = [];
  const others: string[] = [];
  const judged: JudgedClass[] = [];
  parsed.data.classes.forEach((entry, place) => {
    const { index, name, camvid } =
      typeof entry === 'string' ? { index: place, name: entry, camvid: undefined } : entry;
    const ourId = ourIdOf(name, camvid);
    ourIds[index] = ourId ?? voidClassId;
    if (ourId === undefined) others.push(name);
    else if (ourId !== voidClassId) ours.push(segmentationClasses[ourId]!);
    const judgedClass = judgedClassOf(name, ourId, camvid, file);
    places[index] = judgedClass === undefined ? voidClassId : placeIn(judged, judgedClass);
  });
  if (judged.length === 0)
    throw datasetError(
      `expected a class of ${segmentationClasses.join(', ')}, found ${others.join(', ') || 'none'}: ${file}`,
    );
  const isAll = others.length === 0 && segmentationClasses.every((name) => ours.includes(name));
  if (isAll) return { ourIds, told: '' };
  const isCoarse = judged.some(({ name, members }) => members.length > 1 || members[0] !== name);
  const inVoid = others.length > 0 ? `; void: ${others.join(', ')}` : '';
  const told = isCoarse
    ? `${judged.map(({ name }) => name).join(', ')}; to training only ${ours.join(', ') || 'void'}`
    : `only ${ours.join(', ')}${inVoid}`;
  return { ourIds, told, judged: { classes: judged, places } };
}

type Camvid = string | readonly string[] | null | undefined;

/** Our id of a class that is one of ours, or void; undefined for all others. */
function ourIdOf(name: string, camvid: Camvid): number | undefined {
  if (camvid === null) return undefined;
  const named = camvid ?? name;
  if (typeof named === 'string') return idsByName.get(bare(named));
  return named.length === 1 ? idsByName.get(bare(named[0]!)) : undefined;
}

/** What a network is judged by for a class of the set; undefined where that is void to us. */
function judgedClassOf(
  name: string,
  ourId: number | undefined,
  camvid: Camvid,
  file: string,
): JudgedClass | undefined {
  if (ourId === voidClassId) return undefined;
  if (ourId !== undefined) {
    const ours = segmentationClasses[ourId]!;
    // A name of its own stays: "drivable" is road.
    return { name: coarseClasses.has(bare(name)) ? name : ours, members: [ours] };
  }
  if (!Array.isArray(camvid)) {
    const members = coarseClasses.get(bare(name));
    return members && { name, members };
  }
  const members = camvid.map((each: string) => {
    const id = idsByName.get(bare(each));
    if (id !== undefined && id !== voidClassId) return segmentationClasses[id]!;
    throw datasetError(
      `expected classes of ${segmentationClasses.join(', ')} in camvid of ${name}, found ${each}: ${file}`,
    );
  });
  return { name, members };
}

/** The place of a class in the list, where it is put when it is not there. */
function placeIn(list: JudgedClass[], judgedClass: JudgedClass): number {
  const at = list.findIndex(({ name }) => name === judgedClass.name);
  return at >= 0 ? at : list.push(judgedClass) - 1;
}
