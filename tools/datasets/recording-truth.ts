import type { LabelledTask } from '../../src/bundle/manifest.js';
import type {
  GroundTruth,
  TruthObject,
} from '../../src/messages/gen/windshield/v1/perception_pb.js';
import { segmentationClasses } from '../../src/perception/classes.js';
import { decodeRunLengths } from '../../src/perception/segmentation/run-lengths.js';
import type {
  DetectionSample,
  RgbImage,
  SampleBase,
  SampleOf,
  SegmentationSample,
  SignSample,
  TruthBox,
} from './sample.js';
import { voidClassId } from './sample.js';

/** A recorded frame without its truth. */
export interface FrameBase extends SampleBase {
  frameSizePx: FrameSize;
}
export type FrameSize = Pick<RgbImage, 'widthPx' | 'heightPx'>;

/**
 * Smallest object that is scored: as high as KITTI's objects must be (25 px; Geiger et al. 2012, table of difficulties),
 * not a sliver, and at most half hidden. Others are regions to ignore: too small to require, too visible to count as
 * background.
 */
const minObject = { heightPx: 25, widthPx: 8 };
const maxObjectOcclusion = 0.5;
/** Signs are read from 15 px on, GTSRB's smallest, if at most `maxSignOcclusion` of them is hidden. */
const minSignPx = 15;
const maxSignOcclusion = 0.3;

/**
 * Makes samples for one task from a frame's ground truth: for detection one with all boxes (or none), one for
 * each legible sign, one with the class map if there is one, one with the steering angle if there is one.
 */
export function samplesOfTruth<T extends LabelledTask>(
  task: T,
  truth: GroundTruth,
  base: FrameBase,
): SampleOf[T][] {
  return makers[task](truth, base);
}

const makers: { [T in LabelledTask]: (truth: GroundTruth, base: FrameBase) => SampleOf[T][] } = {
  detection: (truth, base): DetectionSample[] => [
    { ...base, boxes: truth.objects.map(toTruthBox) },
  ],
  signs: (truth, base) => truth.objects.flatMap((object, index) => toSign(object, index, base)),
  segmentation: (truth, base) =>
    truth.segmentation ? [toSegmentation(truth.segmentation, base)] : [],
  steering: ({ vehicle }, base) =>
    vehicle?.hasSteering ? [{ ...base, camera: 'centre', steeringRad: vehicle.steeringRad }] : [],
};

const boxOf = ({ boxPx }: TruthObject): TruthBox['boxXyxyPx'] => [
  boxPx?.xMin ?? 0,
  boxPx?.yMin ?? 0,
  boxPx?.xMax ?? 0,
  boxPx?.yMax ?? 0,
];

const shorterEdge = ([left, top, right, bottom]: TruthBox['boxXyxyPx']) =>
  Math.min(right - left, bottom - top);

/** A true box as it is scored: with weight 1, or 0 for a region to ignore. */
export function toTruthBox(object: TruthObject): TruthBox {
  const boxXyxyPx = boxOf(object);
  const [left, top, right, bottom] = boxXyxyPx;
  const isLarge = bottom - top >= minObject.heightPx && right - left >= minObject.widthPx;
  const isClear = isLarge && object.occlusion <= maxObjectOcclusion;
  return { className: object.className, boxXyxyPx, weight: isClear ? 1 : 0 };
}

/** Whether an object is a sign, large and visible enough for a sign network. */
export const isLegible = (object: TruthObject): boolean =>
  object.signClassId >= 0 &&
  shorterEdge(boxOf(object)) >= minSignPx &&
  object.occlusion <= maxSignOcclusion;

function toSign(object: TruthObject, index: number, base: FrameBase): SignSample[] {
  if (!isLegible(object)) return [];
  const boxXyxyPx = boxOf(object);
  return [{ ...base, id: `${base.id}/${index}`, classId: object.signClassId, boxXyxyPx }];
}

function toSegmentation(
  truth: NonNullable<GroundTruth['segmentation']>,
  base: FrameBase,
): SegmentationSample {
  const { widthPx, heightPx, runLengths, runClasses, classNames } = truth;
  const ourIds = ourTruthIds(classNames);
  return {
    ...base,
    loadClassMap: async () => {
      const map = decodeRunLengths(runLengths, runClasses, widthPx * heightPx);
      return stretchMap(
        map.map((id) => ourIds[id]!),
        widthPx,
        heightPx,
        base.frameSizePx,
      );
    },
  };
}

/**
 * Our id, or void, for each id of a true map. By name if the recording has names, so that classes in another
 * order are read correctly.
 */
export function ourTruthIds(classNames: readonly string[]): Uint8Array {
  const ourNames: readonly (string | undefined)[] = segmentationClasses;
  return Uint8Array.from({ length: 256 }, (_, id) => {
    const name = classNames.length > 0 ? classNames[id] : ourNames[id];
    const ours = ourNames.indexOf(name);
    return ours < 0 ? voidClassId : ours;
  });
}

/** A class map resized to a picture's size, nearest pixel. */
function stretchMap(
  map: Uint8Array,
  widthPx: number,
  heightPx: number,
  size: FrameSize,
): Uint8Array {
  if (size.widthPx === widthPx && size.heightPx === heightPx) return map;
  const stretched = new Uint8Array(size.widthPx * size.heightPx);
  for (let y = 0; y < size.heightPx; y++) {
    const row = Math.floor(((y + 0.5) * heightPx) / size.heightPx) * widthPx;
    for (let x = 0; x < size.widthPx; x++) {
      const column = Math.floor(((x + 0.5) * widthPx) / size.widthPx);
      stretched[y * size.widthPx + x] = map[row + column]!;
    }
  }
  return stretched;
}
