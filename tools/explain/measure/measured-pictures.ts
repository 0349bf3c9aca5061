import type { Bundle } from '../../../src/bundle/bundle.js';
import type { SegmentationOutputSpec } from '../../../src/bundle/output-spec.js';
import { PerceptionError } from '../../../src/frame/perception-error.js';
import { segmentationClasses } from '../../../src/perception/classes.js';
import { boxIouAt } from '../../../src/perception/detection/box-iou.js';
import type { StageResult } from '../../../src/stages/stage-result.js';
import type { BoxXyxy } from '../../datasets/box-geometry.js';
import { openRecordingTruth } from '../../datasets/recording.js';
import type { Dataset, RgbImage } from '../../datasets/sample.js';
import { BundleRunner } from '../../evaluate/bundle-runner.js';

/** A picture to explain, with the ground truth of what matters for the answer. */
export interface MeasuredPicture {
  id: string;
  picture: RgbImage;
  camera: Dataset['camera'];
  input?: StageResult;
  /** Segmentation: the pixel in question. */
  pointPx: readonly [number, number];
  /** Whether a pixel belongs to what the answer should be based on. */
  matters(xPx: number, yPx: number): boolean;
}

/**
 * Pictures of a recorded drive with ground truth, spread evenly over it. What matters: steering: the road; detection:
 * the true box that the surest one covers (IoU of at least 0.3), a tenth larger on every side; signs: the true sign's
 * box; segmentation: the pixels of the class that the middle of the lower half truly has. Frames without it are
 * skipped.
 */
export async function measuredPictures(
  bundle: Bundle,
  drive: string,
  count: number,
): Promise<MeasuredPicture[]> {
  const { task } = bundle.manifest;
  const pictures =
    task === 'detection'
      ? await boxPictures(bundle, drive, count)
      : task === 'signs'
        ? await signPictures(drive, count)
        : task === 'lights'
          ? []
          : await mapPictures(bundle, drive, count);
  if (pictures.length > 0) return pictures;
  throw new PerceptionError(
    'ERR_USAGE',
    `${drive}: expected ground truth of what matters for ${task}, found none`,
  );
}

/** `count` items spread evenly over a list, each from the middle of its part. */
function evenly<Item>(items: readonly Item[], count: number): Item[] {
  const used = Math.min(count, items.length);
  return Array.from(
    { length: used },
    (_, i) => items[Math.floor(((i + 0.5) * items.length) / used)]!,
  );
}

const lowerMiddle = ({ widthPx, heightPx }: RgbImage) => [widthPx / 2, heightPx * 0.75] as const;

function isInside([left, top, right, bottom]: BoxXyxy, marginNorm: number) {
  const [growX, growY] = [(right - left) * marginNorm, (bottom - top) * marginNorm];
  return (x: number, y: number) =>
    x >= left - growX && x < right + growX && y >= top - growY && y < bottom + growY;
}

async function signPictures(drive: string, count: number): Promise<MeasuredPicture[]> {
  const { samples, camera } = await openRecordingTruth(drive, { task: 'signs' });
  return Promise.all(
    evenly(samples, count).map(async (sample) => {
      const picture = await sample.load();
      const boxXyxyPx = sample.boxXyxyPx!;
      const detections = [{ classId: 0, score: 1, trackId: 0, boxXyxyPx }];
      const input: StageResult = { stage: 'detection', detections };
      const pointPx = lowerMiddle(picture);
      return { id: sample.id, picture, camera, input, pointPx, matters: isInside(boxXyxyPx, 0) };
    }),
  );
}

async function boxPictures(
  bundle: Bundle,
  drive: string,
  count: number,
): Promise<MeasuredPicture[]> {
  const { samples, camera } = await openRecordingTruth(drive, { task: 'detection' });
  const runner = await BundleRunner.open(bundle, camera);
  const found: MeasuredPicture[] = [];
  try {
    for (const sample of evenly(samples, count)) {
      const picture = await sample.load();
      const result = await runner.run(picture);
      const [surest] =
        result.stage === 'detection' ? result.detections.toSorted((a, b) => b.score - a.score) : [];
      const overlap = (box: BoxXyxy) => (surest ? boxIouAt(surest.boxXyxyPx, 0, box, 0) : 0);
      const truth = sample.boxes
        .map(({ boxXyxyPx }) => boxXyxyPx)
        .sort((a, b) => overlap(b) - overlap(a))[0];
      if (truth === undefined || overlap(truth) < 0.3) continue;
      const pointPx = lowerMiddle(picture);
      found.push({ id: sample.id, picture, camera, pointPx, matters: isInside(truth, 0.1) });
    }
  } finally {
    await runner.dispose();
  }
  return found;
}

async function mapPictures(
  bundle: Bundle,
  drive: string,
  count: number,
): Promise<MeasuredPicture[]> {
  const { samples, camera } = await openRecordingTruth(drive, { task: 'segmentation' });
  const { decode, task } = bundle.manifest;
  const roadId = segmentationClasses.indexOf('road');
  const found: MeasuredPicture[] = [];
  for (const sample of evenly(samples, count)) {
    const [picture, map] = await Promise.all([sample.load(), sample.loadClassMap()]);
    const pointPx = lowerMiddle(picture);
    const classAt = (x: number, y: number) =>
      map[Math.floor(y) * picture.widthPx + Math.floor(x)] ?? -1;
    const wanted = task === 'segmentation' ? classAt(...pointPx) : roadId;
    const isKnown =
      task !== 'segmentation' ||
      (decode as SegmentationOutputSpec).classes.includes(
        (segmentationClasses as readonly string[])[wanted] ?? '',
      );
    if (isKnown)
      found.push({
        id: sample.id,
        picture,
        camera,
        pointPx,
        matters: (x, y) => classAt(x, y) === wanted,
      });
  }
  return found;
}
