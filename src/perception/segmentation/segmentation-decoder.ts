import type { SegmentationOutputSpec } from '../../bundle/output-spec.js';
import type { SegmentationResult } from '../results.js';
import { drivableOf, freeSpaceByColumn } from './free-space.js';
import { contentShares, type MapContent } from './map-content.js';
import { createMapReader } from './map-reader.js';
import { classShares, encodeRunLengths } from './run-lengths.js';

export interface SegmentationDecoder {
  /** uint8 [rows, columns] of the frame decoded last; overwritten by the next. */
  readonly classMap: Uint8Array;
  /** Decodes the output that the spec names, as float32 (segmentation-spec.ts). The result owns its arrays. */
  decode(scores: Float32Array): SegmentationResult;
}

/**
 * Prepares the decoding of a segmentation network whose output has `columns` x `rows` pixels. Class shares and free space are
 * of the content alone; the class map is of the whole input.
 */
export function createSegmentationDecoder(
  spec: SegmentationOutputSpec,
  columns: number,
  rows: number,
  contentNorm: MapContent = { left: 0, top: 0, right: 1, bottom: 1 },
): SegmentationDecoder {
  const classCount = spec.classes.length;
  const { widthPx, heightPx, read } = createMapReader(spec, { rows, columns });
  const classMap = new Uint8Array(widthPx * heightPx);
  const isDrivable = drivableOf(spec);
  const content = {
    left: Math.round(contentNorm.left * widthPx),
    top: Math.round(contentNorm.top * heightPx),
    right: Math.round(contentNorm.right * widthPx),
    bottom: Math.round(contentNorm.bottom * heightPx),
  };
  const isPadded =
    (content.right - content.left) * (content.bottom - content.top) < widthPx * heightPx;
  return {
    classMap,
    decode(scores) {
      read(scores, classMap);
      const runs = encodeRunLengths(classMap);
      return {
        widthPx,
        heightPx,
        ...runs,
        classShares: isPadded
          ? contentShares(classMap, widthPx, content, classCount)
          : classShares(runs, classCount),
        freeSpaceNorm: freeSpaceByColumn(classMap, widthPx, heightPx, isDrivable, content),
      };
    },
  };
}
