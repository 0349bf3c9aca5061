import type { CandidateOutputSpec, DetectionOutputSpec, FeatureMapSpec } from './detection-spec.js';
import type { InputSpec } from './input-spec.js';

type Dimension = number | string;
/** An output that a decoding reads, and its shape; undefined for a dimension of any size. */
export type ExpectedOutput = [name: string, shape: (Dimension | undefined)[]];

/** Number of default boxes of all feature maps together: rows of the SSD's outputs. */
export function countDefaultBoxes(featureMaps: readonly FeatureMapSpec[]): number {
  return featureMaps.reduce(
    (sum, map) => sum + map.rows * map.columns * map.boxSizesNorm.length,
    0,
  );
}

/** Cells of a level with stride `stridePx` over an input: a partly filled cell counts. */
export function gridSize(
  { widthPx, heightPx }: Pick<InputSpec, 'widthPx' | 'heightPx'>,
  stridePx: number,
): { columns: number; rows: number } {
  return { columns: Math.ceil(widthPx / stridePx), rows: Math.ceil(heightPx / stridePx) };
}

/** Outputs that a detector's decoding reads, with their shapes. `found`: the network's outputs, which may lack the batch. */
export function detectionOutputs(
  decode: DetectionOutputSpec,
  input: InputSpec,
  found: readonly { name: string; shape: readonly Dimension[] }[],
): ExpectedOutput[] {
  const cells = (stridePx: number) => {
    const { columns, rows } = gridSize(input, stridePx);
    return columns * rows;
  };
  const classCount = decode.kind === 'ssd' ? decode.classes.length : networkClassCount(decode);
  const withBatch = (name: string, tail: (Dimension | undefined)[]): ExpectedOutput => {
    const rank = found.find((output) => output.name === name)?.shape.length;
    return [name, rank === tail.length ? tail : [1, ...tail]];
  };
  switch (decode.kind) {
    case 'ssd': {
      const count = countDefaultBoxes(decode.featureMaps);
      return [
        [decode.offsets, [1, count, 4]],
        [decode.logits, [1, count, 1 + classCount]],
      ];
    }
    case 'grid': {
      const count =
        decode.boxes === 'cells'
          ? decode.stridesPx.reduce((sum, stridePx) => sum + cells(stridePx), 0)
          : undefined;
      return [[decode.output, [1, count, 5 + classCount]]];
    }
    case 'anchors': {
      const width = 5 + classCount;
      return decode.levels.map(({ output, stridePx, anchorsPx }): ExpectedOutput => {
        const { columns, rows } = gridSize(input, stridePx);
        const count = anchorsPx.length;
        return [
          output,
          decode.order === 'values-last'
            ? [1, count, rows, columns, width]
            : [1, count * width, rows, columns],
        ];
      });
    }
    case 'anchor-free': {
      const width = 4 + classCount;
      const isFirst = decode.order === 'channels-first';
      return [[decode.output, isFirst ? [1, width, undefined] : [1, undefined, width]]];
    }
    case 'distribution': {
      const { levels, bins } = decode;
      const first = levels[0]!;
      if (first.scores === first.distances) {
        const count = levels.reduce((sum, { stridePx }) => sum + cells(stridePx), 0);
        return [[first.scores, [1, count, classCount + 4 * bins]]];
      }
      return levels.flatMap(({ scores, distances, stridePx }): ExpectedOutput[] => [
        [scores, [1, cells(stridePx), classCount]],
        [distances, [1, cells(stridePx), 4 * bins]],
      ]);
    }
    case 'cell':
      return [[decode.output, [1, 5 + classCount, undefined, undefined]]];
    case 'end-to-end': {
      const width = decode.columns === 'box-score-class' ? 6 : 7;
      return [withBatch(decode.output, [undefined, width])];
    }
    case 'queries':
      return [
        [decode.logits, [1, undefined, classCount + (decode.activation === 'softmax' ? 1 : 0)]],
        [decode.boxes, [1, undefined, 4]],
      ];
    case 'nms-inside': {
      const names = [decode.labels, ...(decode.scores === undefined ? [] : [decode.scores])];
      return [
        withBatch(decode.boxes, [undefined, decode.scores === undefined ? 5 : 4]),
        ...names.map((name) => withBatch(name, [undefined])),
      ];
    }
  }
}

/** Number of classes that the network tells apart, including those that are dropped. */
function networkClassCount({ networkClasses }: CandidateOutputSpec): number {
  return networkClasses.length;
}
