import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { segmentationClasses } from '../../src/perception/classes.js';
import { datasetError, readJson } from './dataset-files.js';
import { type JudgedClass, voidClassId } from './sample.js';

/** Meaning of the ids in a set's label maps. */
export interface LabelMeaning {
  /** Our class id, or void, by stored id; undefined for an id without a meaning. */
  ourIds: readonly (number | undefined)[];
  /** For the set's name: which of our classes it has; empty if it has all of them. */
  told: string;
  /** The classes that a network is scored on, if they are not exactly ours. */
  judged?: JudgedMeaning;
}

/** A set's own classes, including coarse ones. */
export interface JudgedMeaning {
  classes: readonly JudgedClass[];
  /** Index in `classes`, or void, by stored id; undefined for an id without a meaning. */
  places: readonly (number | undefined)[];
}

/** Name of the file in which a set defines its ids. */
const classesFile = 'classes.json';

const classesSchema = z.object({
  classes: z
    .array(
      z.union([
        z.string(),
        z.object({
          index: z.int().min(0).max(255),
          name: z.string(),
          /** The CamVid class that this one equals, or those that it contains; null for none. */
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
/** Our ids by name without case and punctuation, including void's customary names. */
const idsByName: ReadonlyMap<string, number> = new Map([
  ...segmentationClasses.map((name, id) => [bare(name), id] as const),
  ['sidewalk', segmentationClasses.indexOf('pavement')],
  ...['void', 'unlabelled', 'unlabeled', 'unlabelledvoid', 'unlabeledvoid', 'ignore'].map(
    (name) => [name, voidClassId] as const,
  ),
]);

/**
 * Coarse classes by name, with those of ours that they contain: level 1 of the India Driving Dataset's labels (Varma et al.
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
 * Reads the meaning of the ids in `dir`: by the names in its `classes.json` (`{classes: [name, …]}` or `{classes: [{index,
 * name, camvid}, …]}`), ignoring case and punctuation; SegNet's order if there is no such file. A class that is not one of
 * ours is void for training. A network is scored on the set's classes: ours, and coarse ones that contain several of ours.
 * Throws ERR_DATASET for a file of another shape, or without a class that is or contains one of ours.
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
    else if (ourId !== voidClassId && !ours.includes(segmentationClasses[ourId]!))
      ours.push(segmentationClasses[ourId]!);
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

/** Our id of a class that is one of ours or void; undefined for all others. */
function ourIdOf(name: string, camvid: Camvid): number | undefined {
  if (camvid === null) return undefined;
  const named = camvid ?? name;
  if (typeof named === 'string') return idsByName.get(bare(named));
  return named.length === 1 ? idsByName.get(bare(named[0]!)) : undefined;
}

/** The judged class for a class of the set; undefined if it is void to us. */
function judgedClassOf(
  name: string,
  ourId: number | undefined,
  camvid: Camvid,
  file: string,
): JudgedClass | undefined {
  if (ourId === voidClassId) return undefined;
  if (ourId !== undefined) {
    const ours = segmentationClasses[ourId]!;
    // The set's coarse name stays: "drivable" for road.
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

/** Index of a class in the list; appends the class if it is missing. */
function placeIn(list: JudgedClass[], judgedClass: JudgedClass): number {
  const at = list.findIndex(({ name }) => name === judgedClass.name);
  return at >= 0 ? at : list.push(judgedClass) - 1;
}
