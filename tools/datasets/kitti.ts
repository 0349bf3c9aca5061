import { existsSync } from 'node:fs';
import { basename, join, parse } from 'node:path';
import { makeDetectionSample, type RawBox } from './box-sample.js';
import { listFolder, listPictures, mapInOrder, readText, requireSamples } from './dataset-files.js';
import { anyClass, type Dataset, type DetectionSample, type TruthBox } from './sample.js';

/** A KITTI label with the fields that define its difficulty levels and the vehicle recall; the height is the box's. */
export interface KittiBox extends TruthBox {
  /** As labelled: Car, Van, Truck, Pedestrian, Person_sitting, Cyclist, Tram, Misc or DontCare. */
  kittiType: string;
  /** 0 fully visible, 1 partly hidden, 2 largely hidden, 3 unknown; -1 for DontCare. */
  occlusion: number;
  /** Share of the object outside the picture, 0..1; -1 for DontCare. */
  truncation: number;
}

export interface KittiSample extends DetectionSample {
  boxes: KittiBox[];
}
export interface KittiDataset extends Dataset<'detection'> {
  samples: KittiSample[];
}

/**
 * Vans count as cars and sitting people as pedestrians. Trams and Misc (trailers and the like) are not among our
 * classes but look like several: a detection of them counts neither as right nor as wrong, as with DontCare.
 */
const ourNames: ReadonlyMap<string, string> = new Map(
  Object.entries({
    Car: 'car',
    Van: 'car',
    Truck: 'truck',
    Pedestrian: 'pedestrian',
    Person_sitting: 'pedestrian',
    Cyclist: 'cyclist',
    Tram: anyClass,
    Misc: anyClass,
    DontCare: anyClass,
  }),
);

/**
 * KITTI object detection: `label_2/*.txt` next to `image_2/` (in `dir` or in `dir/training`). Boxes are edges in
 * pixels, from 0. Frames come from shuffled drives, so each is its own group; a hashed fifth is held out.
 * Lines that cannot be read are counted problems. Throws ERR_DATASET if a folder is missing.
 */
export async function openKitti(dir: string): Promise<KittiDataset> {
  await listFolder(dir, 'a folder with KITTI objects');
  const root = existsSync(join(dir, 'label_2')) ? dir : join(dir, 'training');
  const labelDir = join(root, 'label_2');
  const pictureDir = join(root, 'image_2');
  const labels = (await listFolder(labelDir, 'the folder label_2')).filter((name) =>
    name.endsWith('.txt'),
  );
  const pictures = await listPictures(pictureDir, 'the folder image_2');
  const pictureOf = new Map(pictures.map((name) => [parse(name).name, name]));
  const problems: Dataset['problems'] = [];
  const found = await mapInOrder(labels, async (name) => {
    const file = join(labelDir, name);
    const picture = pictureOf.get(basename(name, '.txt'));
    if (!picture) {
      problems.push({ where: file, reason: 'expected a picture of the same name in image_2' });
      return undefined;
    }
    const boxes = readLabels(await readText(file, 'labels'), file, problems);
    const id = basename(name, '.txt');
    return makeDetectionSample({ file: join(pictureDir, picture), id, group: id }, boxes, problems);
  });
  const dataset: KittiDataset = {
    task: 'detection',
    name: 'kitti object',
    licence: 'CC BY-NC-SA 3.0 (KITTI); cite Geiger et al. 2012',
    samples: found.filter((sample) => sample !== undefined),
    problems,
    holdOut: 'hashed-fifth',
  };
  return requireSamples(dataset, dir);
}

function readLabels(text: string, file: string, problems: Dataset['problems']): RawBox<KittiBox>[] {
  const boxes: RawBox<KittiBox>[] = [];
  text.split(/\r?\n/).forEach((line, index) => {
    const fields = line.trim().split(/\s+/);
    if (fields[0] === '') return;
    const where = `${file}:${index + 1}`;
    const [kittiType = ''] = fields;
    const className = ourNames.get(kittiType);
    const [truncation, occlusion, , left, top, right, bottom] = fields.slice(1, 8).map(Number);
    const numbers = [truncation, occlusion, left, top, right, bottom];
    if (!className) problems.push({ where, reason: `unknown class "${kittiType}"` });
    else if (numbers.some((value) => value === undefined || !Number.isFinite(value))) {
      problems.push({
        where,
        reason: `expected 15 fields of a KITTI label, found "${line.trim()}"`,
      });
    } else {
      boxes.push({
        where,
        box: {
          className,
          boxXyxyPx: [left!, top!, right!, bottom!],
          weight: className === anyClass ? 0 : 1,
          kittiType,
          occlusion: occlusion!,
          truncation: truncation!,
        },
      });
    }
  });
  return boxes;
}
