import { gridSize } from '../../../src/bundle/detection-shapes.js';
import {
  cellCount,
  dims,
  type Family,
  feeding,
  fourStrides,
  scoresAs,
  scoresReason,
  threeStrides,
} from './family.js';

export const fastestdet: Family = {
  name: 'fastestdet',
  recognise({ probe, classCount }) {
    const [output] = probe.outputs;
    if (probe.outputs.length !== 1 || output!.shape.length !== 4) return undefined;
    const [, channels, rows, columns] = output!.shape;
    if (rows !== gridSize(probe.image, 16).rows || columns !== gridSize(probe.image, 16).columns)
      return undefined;
    const classes = channels! - 5;
    if (classes < 1 || (classCount !== undefined && classCount !== classes)) return undefined;
    return {
      readings: [{ kind: 'cell', output: output!.name }],
      classCount: classes,
      usualFeeding: feeding('bgr', '0..1', 'stretch'),
      needsNms: true,
      reasons: [
        `output ${dims(output!)}: a map at 1/16 of the input, one box a cell: objectness, box, ${classes} classes (FastestDet)`,
      ],
    };
  },
};

export const ultralytics: Family = {
  name: 'ultralytics',
  recognise({ network, probe, classCount }) {
    const [output] = probe.outputs;
    if (output === undefined || output.shape.length !== 3) return undefined;
    const [, first, second] = output.shape as [number, number, number];
    const cells = [threeStrides, fourStrides].map((strides) => cellCount(probe, strides));
    const isFirst = cells.includes(second) && first < second;
    const isLast = cells.includes(first) && second < first;
    if (!isFirst && !isLast) return undefined;
    const width = isFirst ? first : second;
    // 5 + classes is a grid with objectness; 84 can only be 4 and COCO's 80.
    const classes =
      classCount ?? (width === 84 || (width !== 85 && isFirst) ? width - 4 : undefined);
    if (classes === undefined || width !== 4 + classes) return undefined;
    const count = isFirst ? second : first;
    const scores = scoresAs(output.values, (index) =>
      isFirst ? index >= 4 * count : index % width >= 4,
    );
    return {
      readings: [
        {
          kind: 'anchor-free',
          output: output.name,
          order: isFirst ? 'channels-first' : 'channels-last',
          boxes: output.values.some(
            (value, index) => boxPart(index, isFirst, count, width) && value > 2,
          )
            ? 'pixels'
            : 'shares',
          corners: 'cxcywh',
          scores,
        },
      ],
      classCount: classes,
      usualFeeding: feeding('rgb', '0..1', 'letterbox'),
      needsNms: true,
      reasons: [
        `output ${dims(output)}: ${count} cells at strides ${threeStrides.join(', ')}, 4 box values and ${classes} classes, no objectness (YOLOv8 to 11)`,
        ...(network.metadata.has('names')
          ? ['its metadata names the classes, as Ultralytics writes them']
          : []),
        scoresReason(scores),
      ],
    };
  },
};

export const yolox: Family = {
  name: 'yolox',
  recognise({ probe, classCount }) {
    const [output] = probe.outputs;
    if (output === undefined || output.shape.length !== 3) return undefined;
    const [, rows, width] = output.shape as [number, number, number];
    const stridesPx = [threeStrides, fourStrides].find((s) => cellCount(probe, s) === rows);
    const classes = width - 5;
    if (stridesPx === undefined || classes < 1) return undefined;
    if (classCount !== undefined && classCount !== classes) return undefined;
    const scores = scoresAs(output.values, (index) => index % width >= 4);
    const sizes = output.values.filter((_, index) => index % width === 2 || index % width === 3);
    // Decoded sizes are many pixels and never negative; undecoded ones are logarithms in units of the stride.
    const isDecoded = sizes.every((value) => value >= 0) && Math.max(...sizes.slice(0, 5000)) > 8;
    return {
      readings: [
        {
          kind: 'grid',
          output: output.name,
          boxes: isDecoded ? 'pixels' : 'cells',
          stridesPx,
          scores,
        },
      ],
      classCount: classes,
      usualFeeding: feeding('bgr', '0..255', 'letterbox-top-left'),
      needsNms: true,
      reasons: [
        `output ${dims(output)}: ${rows} cells at strides ${stridesPx.join(', ')}, a box, objectness and ${classes} classes each (YOLOX)`,
        isDecoded
          ? 'sizes are pixels: on noise none is negative'
          : 'sizes are logarithms in strides: on noise some are negative',
        scoresReason(scores),
      ],
    };
  },
};

export const yolov5: Family = {
  name: 'yolov5',
  recognise({ probe, classCount }) {
    const output = probe.outputs.find(({ shape }) => shape.length === 3);
    if (output === undefined) return undefined;
    const [, rows, width] = output.shape as [number, number, number];
    const isThreefold = [threeStrides, fourStrides].some((s) => 3 * cellCount(probe, s) === rows);
    const classes = width - 5;
    if (!isThreefold || classes < 1) return undefined;
    if (classCount !== undefined && classCount !== classes) return undefined;
    const scores = scoresAs(output.values, (index) => index % width >= 4);
    const largest = output.values.reduce(
      (most, value, index) => (index % width < 4 ? Math.max(most, value) : most),
      0,
    );
    return {
      readings: [
        {
          kind: 'grid',
          output: output.name,
          boxes: largest > 2 ? 'pixels' : 'shares',
          stridesPx: threeStrides,
          scores,
        },
      ],
      classCount: classes,
      usualFeeding: feeding('rgb', '0..1', 'letterbox'),
      needsNms: true,
      reasons: [
        `output ${dims(output)}: three boxes a cell at strides ${threeStrides.join(', ')}, each with objectness and ${classes} classes (YOLOv5, YOLOv7)`,
        scoresReason(scores),
      ],
    };
  },
};

function boxPart(index: number, isFirst: boolean, count: number, width: number): boolean {
  return isFirst ? index < 4 * count : index % width < 4;
}
