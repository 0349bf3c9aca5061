import { channelCount, type SegmentationOutputSpec } from '../../bundle/segmentation-spec.js';
import { createClassMapDecoder } from './class-map-kernel.js';
import { createEnlargedMapDecoder } from './enlarged-class-map.js';

/** Writes an output's values as a class map, uint8 [heightPx, widthPx]. */
export interface MapReader {
  widthPx: number;
  heightPx: number;
  read(values: Float32Array, out: Uint8Array): void;
}

/** Prepares reading a segmentation output of `rows` x `columns` by its spec. A call allocates nothing. */
export function createMapReader(
  spec: SegmentationOutputSpec,
  size: { rows: number; columns: number },
): MapReader {
  const { values = 'scores', enlargeTo, channelClasses } = spec;
  const { rows, columns } = size;
  const { widthPx, heightPx } = enlargeTo ?? { widthPx: columns, heightPx: rows };
  const readIds =
    values === 'class-ids' ? readClassIds(channelCount(spec)) : readScores(spec, size);
  if (channelClasses === undefined) return { widthPx, heightPx, read: readIds };
  const published = Uint8Array.from(channelClasses);
  return {
    widthPx,
    heightPx,
    read(output, out) {
      readIds(output, out);
      for (let i = 0; i < out.length; i++) out[i] = published[out[i]!]!;
    },
  };
}

/** Ids that no class has, and NaN, become class 0. */
function readClassIds(count: number): MapReader['read'] {
  return (values, out) => {
    for (let i = 0; i < out.length; i++) {
      const id = values[i]!;
      out[i] = id >= 0 && id < count ? id : 0;
    }
  };
}

function readScores(
  spec: SegmentationOutputSpec,
  size: { rows: number; columns: number },
): MapReader['read'] {
  const { values = 'scores', enlargeTo, order } = spec;
  const { rows, columns } = size;
  const count = channelCount(spec);
  const isSame =
    enlargeTo === undefined || (enlargeTo.widthPx === columns && enlargeTo.heightPx === rows);
  const decode = isSame
    ? createClassMapDecoder(count)
    : createEnlargedMapDecoder(count, size, enlargeTo);
  const pixels = rows * columns;
  if (values !== 'scores') {
    // The first class scores the threshold everywhere, so that the second one wins above it.
    const planes = new Float32Array(2 * pixels);
    const threshold = spec.maskThreshold ?? 0.5;
    planes.fill(values === 'logit' ? Math.log(threshold / (1 - threshold)) : threshold, 0, pixels);
    return (output, out) => {
      planes.set(output.length === pixels ? output : output.subarray(0, pixels), pixels);
      decode(planes, out);
    };
  }
  if (order !== 'channels-last') return decode;
  const planes = new Float32Array(count * pixels);
  return (output, out) => {
    for (let pixel = 0, from = 0; pixel < pixels; pixel++)
      for (let id = 0; id < count; id++, from++) planes[id * pixels + pixel] = output[from]!;
    decode(planes, out);
  };
}
