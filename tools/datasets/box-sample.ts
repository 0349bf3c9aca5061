import { firstLine } from '../../src/frame/first-line.js';
import { type BoxXyxy, clipBox } from './box-geometry.js';
import { datasetPictureSize, loadPicture } from './dataset-files.js';
import type { Dataset, DetectionSample, TruthBox } from './sample.js';

/** A box as an annotation gives it, with the file or line it comes from. */
export interface RawBox<Box extends TruthBox = TruthBox> {
  box: Box;
  where: string;
}

/** Pixels by which a box may exceed the picture without being a problem: annotations round outwards. */
const roundingPx = 1.5;

/**
 * Makes a detection sample of one picture: reads its size from the header, clips the boxes to it, and
 * counts every box that had to be clipped or left out. A picture that cannot be read is a problem and
 * gives no sample.
 */
export async function makeDetectionSample<Box extends TruthBox>(
  picture: { file: string; id: string; group: string; declaredSizePx?: [number, number] },
  rawBoxes: RawBox<Box>[],
  problems: Dataset['problems'],
): Promise<(DetectionSample & { boxes: Box[] }) | undefined> {
  let size: { widthPx: number; heightPx: number; orientation?: number };
  try {
    size = await datasetPictureSize(picture.file);
  } catch (error) {
    problems.push({ where: picture.file, reason: firstLine(error) });
    return undefined;
  }
  const { widthPx, heightPx, orientation = 1 } = size;
  const declared = picture.declaredSizePx;
  if (declared && (declared[0] !== widthPx || declared[1] !== heightPx)) {
    const isTurned = declared[0] === heightPx && declared[1] === widthPx;
    const why = isTurned
      ? `, on its side: annotated as people see it by its EXIF orientation (${orientation} here); store it upright`
      : '';
    problems.push({
      where: picture.file,
      reason: `expected ${declared[0]}x${declared[1]} as annotated, found ${widthPx}x${heightPx}${why}: left out`,
    });
    return undefined;
  }
  // Of a picture on its side, the declared size has shown how it was annotated; otherwise nothing does.
  if (orientation > 1 && (orientation < 5 || declared === undefined)) {
    problems.push({
      where: picture.file,
      reason: `has EXIF orientation ${orientation}: its boxes are taken for those of the stored pixels`,
    });
  }
  const boxes: Box[] = [];
  for (const { box, where } of rawBoxes) {
    const text = `[${box.boxXyxyPx.join(', ')}]`;
    const clipped = clipBox(box.boxXyxyPx, widthPx, heightPx);
    if (!clipped) {
      problems.push({
        where,
        reason: `expected a box in ${widthPx}x${heightPx}, found ${text}: left out`,
      });
      continue;
    }
    if (isOutside(box.boxXyxyPx, clipped)) {
      problems.push({
        where,
        reason: `expected a box in ${widthPx}x${heightPx}, found ${text}: clipped`,
      });
    }
    boxes.push({ ...box, boxXyxyPx: clipped });
  }
  return { id: picture.id, group: picture.group, boxes, load: () => loadPicture(picture.file) };
}

const isOutside = (box: BoxXyxy, clipped: BoxXyxy) =>
  box.some((value, index) => Math.abs(value - clipped[index]!) > roundingPx);
