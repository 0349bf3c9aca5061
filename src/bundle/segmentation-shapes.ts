import { PerceptionError } from '../frame/perception-error.js';
import { checkClasses } from './check-classes.js';
import { channelCount, type SegmentationOutputSpec } from './segmentation-spec.js';

type Dimension = number | string;

/** The shape that the output must have; undefined for any size. `found` decides which of the one-channel shapes it is. */
export function segmentationShape(
  decode: SegmentationOutputSpec,
  found: readonly Dimension[],
): (Dimension | undefined)[] {
  if ((decode.values ?? 'scores') !== 'scores') {
    if (found.length === 3) return [1, undefined, undefined];
    return found[1] === 1 ? [1, 1, undefined, undefined] : [1, undefined, undefined, 1];
  }
  const channels = channelCount(decode);
  return decode.order === 'channels-last'
    ? [1, undefined, undefined, channels]
    : [1, channels, undefined, undefined];
}

/** Rows and columns of an output whose shape was checked. */
export function segmentationSize(
  decode: SegmentationOutputSpec,
  shape: readonly Dimension[],
): { rows: number; columns: number } {
  const [rows, columns] = segmentationShape(decode, shape)
    .map((size, axis) => (size === undefined ? Number(shape[axis]) : 0))
    .filter((size) => size > 0);
  return { rows: rows!, columns: columns! };
}

/** Throws ERR_BUNDLE if the parts of a segmentation's decoding contradict each other. */
export function checkSegmentation(decode: SegmentationOutputSpec, where: string): void {
  const { classes, channelClasses = [], values = 'scores', enlargeTo } = decode;
  checkClasses(decode, where);
  const fault = (expected: string, found: unknown) => {
    throw new PerceptionError('ERR_BUNDLE', `${where}: expected ${expected}, found ${found}`);
  };
  const stray = channelClasses.find((id) => id >= classes.length);
  if (stray !== undefined) fault(`decode.channelClasses of 0 to ${classes.length - 1}`, stray);
  if (values === 'class-ids' && enlargeTo !== undefined)
    fault('decode.enlargeTo with scores alone', 'it with class-ids');
  const isMask = values === 'probability' || values === 'logit';
  const channels = channelCount(decode);
  if (isMask && channels !== 2) fault(`two classes with decode.values ${values}`, channels);
  const unknown = decode.drivable.find((name) => !classes.includes(name));
  if (unknown !== undefined) {
    throw new PerceptionError(
      'ERR_BUNDLE',
      `${where}: decode.drivable: expected one of ${classes.join(', ')}, found ${unknown}`,
    );
  }
  if (decode.paletteRgb.length !== classes.length) {
    throw new PerceptionError(
      'ERR_BUNDLE',
      `${where}: decode.paletteRgb: expected ${classes.length} colours, found ${decode.paletteRgb.length}`,
    );
  }
}
