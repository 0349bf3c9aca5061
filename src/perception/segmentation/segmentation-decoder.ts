import type { SegmentationOutputSpec } from '../../bundle/output-spec.js';
import type { SegmentationResult } from '../results.js';
import { createClassMapDecoder } from './class-map-kernel.js';
import { freeSpaceByColumn } from './free-space.js';
import { classShares, encodeRunLengths } from './run-lengths.js';

export interface SegmentationDecoder {
  /** uint8 [rows, columns] of the frame decoded last; overwritten by the next. */
  readonly classMap: Uint8Array;
  /** Decodes float32 [1, classes, rows, columns]. The result owns its arrays. */
  decode(scores: Float32Array): SegmentationResult;
}

/** Prepares the decoding of a segmentation network whose class map has widthPx x heightPx pixels. */
export function createSegmentationDecoder(
  spec: SegmentationOutputSpec,
  widthPx: number,
  heightPx: number,
): SegmentationDecoder {
  const classCount = spec.classes.length;
  const decodeMap = createClassMapDecoder(classCount);
  const classMap = new Uint8Array(widthPx * heightPx);
  const isDrivable = new Uint8Array(256);
  for (const name of spec.drivable) isDrivable[spec.classes.indexOf(name)] = 1;
  return {
    classMap,
    decode(scores) {
      decodeMap(scores, classMap);
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
