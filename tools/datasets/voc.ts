import { existsSync } from 'node:fs';
import { basename, join, parse, posix, win32 } from 'node:path';
import { parseNumber } from '../../src/codec/delimited-text.js';
import { firstLine } from '../../src/frame/first-line.js';
import { detectionClasses } from '../../src/perception/classes.js';
import { childOf, parseAnnotationXml, textOf, type XmlElement } from './annotation-xml.js';
import type { RawBox } from './box-sample.js';
import { makeDetectionSample } from './box-sample.js';
import {
  datasetError,
  listFolder,
  listPictures,
  mapInOrder,
  readText,
  requireSamples,
} from './dataset-files.js';
import { predictionMark } from './prediction-mark.js';
import type { Dataset, TruthBox } from './sample.js';
import { addTeacherBoxes } from './teacher-boxes.js';

export interface VocOptions {
  /** A teacher's boxes (boxes_teacher.json), added if they overlap no true box. For training only. */
  teacher?: string;
  /**
   * Number of the left-most column in the annotations: 0 uses the numbers unchanged as edges (most of
   * today's tools, and the road_signs set, which has boxes that begin at 0 and end at the width); 1 is the
   * original VOC, where 1 is the first pixel and xmax the last one inside.
   */
  firstPixel?: 0 | 1;
  /**
   * Also uses annotations that a network wrote (`windshield fleet mine`) and nobody has corrected, each box weighted by
   * its confidence. For training only; without it they are left out and counted as problems.
   */
  predictions?: boolean;
}

/** Our names for those of the road sign set and of VOC itself. Our own names are used unchanged. */
const ourNames: ReadonlyMap<string, string> = new Map(
  Object.entries({
    speedlimit: 'traffic_sign',
    stop: 'traffic_sign',
    crosswalk: 'traffic_sign',
    trafficlight: 'traffic_light',
    person: 'pedestrian',
    motorbike: 'motorcycle',
    ...Object.fromEntries(detectionClasses.map((name) => [name, name])),
  }),
);

interface VocAnnotation {
  isPrediction: boolean;
  pictureName: string | undefined;
  declaredSizePx: [number, number] | undefined;
  boxes: RawBox[];
}

/**
 * Pascal VOC: `annotations/*.xml` (or `Annotations/`) next to `images/` (or `JPEGImages/`); both may also be
 * one folder. Objects marked difficult are regions to ignore. Every picture is its own group; a hashed
 * fifth is held out. Unknown class names, broken files, missing pictures and boxes outside the picture are
 * counted problems. Throws ERR_DATASET if a folder is missing or no picture can be used.
 */
export async function openVoc(
  dir: string,
  options: VocOptions = {},
): Promise<Dataset<'detection'>> {
  await listFolder(dir, 'a folder with Pascal VOC annotations');
  const annotationDir = findFolder(dir, ['annotations', 'Annotations']);
  const pictureDir = findFolder(dir, ['images', 'JPEGImages']);
  const pictures = await listPictures(pictureDir, 'a folder of pictures');
  const picturesByName = new Set(pictures);
  const picturesByStem = new Map(pictures.map((name) => [parse(name).name, name]));
  const files = (await listFolder(annotationDir, 'a folder of annotations')).filter((name) =>
    name.toLowerCase().endsWith('.xml'),
  );
  const dataset: Dataset<'detection'> = {
    task: 'detection',
    name: `voc ${basename(dir)}`,
    licence: 'unknown',
    samples: [],
    problems: [],
    holdOut: 'hashed-fifth',
  };
  const { problems } = dataset;
  const samples = await mapInOrder(files, async (name) => {
    const file = join(annotationDir, name);
    try {
      const annotation = readAnnotation(
        await readText(file, 'an annotation'),
        file,
        options,
        problems,
      );
      const { pictureName } = annotation;
      if (annotation.isPrediction && options.predictions !== true)
        throw datasetError('expected labels, found predictions that nobody has corrected');
      const picture =
        pictureName && picturesByName.has(pictureName)
          ? pictureName
          : picturesByStem.get(parse(name).name);
      if (!picture) {
        throw datasetError(`expected the picture ${pictureName ?? parse(name).name}, found none`);
      }
      return await makeDetectionSample(
        {
          file: join(pictureDir, picture),
          id: picture,
          group: picture,
          ...(annotation.declaredSizePx && { declaredSizePx: annotation.declaredSizePx }),
        },
        annotation.boxes,
        problems,
      );
    } catch (error) {
      problems.push({ where: file, reason: firstLine(error) });
      return undefined;
    }
  });
  dataset.samples = samples.filter((sample) => sample !== undefined);
  requireSamples(dataset, dir);
  if (options.teacher) await addTeacherBoxes(dataset, options.teacher);
  return dataset;
}

const findFolder = (dir: string, names: string[]) =>
  names.map((name) => join(dir, name)).find((path) => existsSync(path)) ?? dir;

function readAnnotation(
  text: string,
  file: string,
  options: VocOptions,
  problems: Dataset['problems'],
): VocAnnotation {
  const root = parseAnnotationXml(text);
  if (root.name !== 'annotation') throw datasetError(`expected <annotation>, found <${root.name}>`);
  const size = childOf(root, 'size');
  const widthPx = parseNumber(size && textOf(size, 'width'));
  const heightPx = parseNumber(size && textOf(size, 'height'));
  const source = childOf(root, 'source');
  const isPrediction = source !== undefined && textOf(source, 'annotation') === predictionMark;
  const boxes: RawBox[] = [];
  root.children
    .filter((child) => child.name === 'object')
    .forEach((object, index) => {
      const where = `${file} object ${index + 1}`;
      const box = readObject(object, options.firstPixel ?? 0);
      if (typeof box === 'string') problems.push({ where, reason: box });
      else boxes.push({ box: isPrediction ? asOpinion(box, object) : box, where });
    });
  // Only the name is used, never the path: an annotation cannot point outside the data set.
  const fileName = textOf(root, 'filename');
  return {
    isPrediction,
    pictureName: fileName && posix.basename(win32.basename(fileName)),
    // Some tools write 0x0 if they do not know the size.
    declaredSizePx: widthPx && heightPx ? [widthPx, heightPx] : undefined,
    boxes,
  };
}

/** A predicted box, weighted by its network's confidence. */
function asOpinion(box: TruthBox, object: XmlElement): TruthBox {
  const confidence = parseNumber(textOf(object, 'confidence')) ?? 0;
  return { ...box, weight: Math.min(box.weight, Math.max(0, confidence)) };
}

/** A box, or the reason why there is none. */
function readObject(object: XmlElement, firstPixel: 0 | 1): TruthBox | string {
  const name = textOf(object, 'name') ?? '';
  const className = ourNames.get(name) ?? ourNames.get(name.toLowerCase());
  if (!className) return `unknown class "${name}"`;
  const bounds = childOf(object, 'bndbox');
  const [left, top, right, bottom] = ['xmin', 'ymin', 'xmax', 'ymax'].map((edge) =>
    parseNumber(bounds && textOf(bounds, edge)),
  );
  if (left === undefined || top === undefined || right === undefined || bottom === undefined) {
    return 'expected xmin, ymin, xmax and ymax as numbers';
  }
  return {
    className,
    boxXyxyPx: [left - firstPixel, top - firstPixel, right, bottom],
    weight: textOf(object, 'difficult') === '1' ? 0 : 1,
  };
}
