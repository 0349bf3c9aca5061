import type { SegmentationOutputSpec } from '../../bundle/output-spec.js';
import type { SegmentationResult } from '../results.js';
import { drivableOf, freeSpaceByColumn } from './free-space.js';
import { createMapReader } from './map-reader.js';
import { classShares, encodeRunLengths } from './run-lengths.js';

export interface SegmentationDecoder {
  /** uint8 [rows, columns] of the frame decoded last; overwritten by the next. */
  readonly classMap: Uint8Array;
  /** Decodes the output that the spec names, as float32 (segmentation-spec.ts). The result owns its arrays. */
  decode(scores: Float32Array): SegmentationResult;
}

/** Prepares the decoding of a segmentation network whose output has `columns` x `rows` pixels. */
export function createSegmentationDecoder(
  spec: SegmentationOutputSpec,
  columns: number,
  rows: number,
): SegmentationDecoder {
  const classCount = spec.classes.length;
  const { widthPx, heightPx, read } = createMapReader(spec, { rows, columns });
  const classMap = new Uint8Array(widthPx * heightPx);
  const isDrivable = drivableOf(spec);
  return {
    classMap,
    decode(scores) {
      read(scores, classMap);
      const runs = encodeRunLengths(classMap);
      return {
        widthPx,
        heightPx,
        ...runs,
        classShares: classShares(runs, classCount),
        freeSpaceNorm: freeSpaceByColumn(classMap, widthPx, heightPx, isDrivable),
      };
    },
  };
}
