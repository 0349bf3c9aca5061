import { gridSize } from '../../../src/bundle/detection-shapes.js';
import type { NetworkFile } from '../network-file.js';
import type { ProbedTensor } from '../probe.js';
import {
  dims,
  type Family,
  feeding,
  fourStrides,
  type Reading,
  scoresAs,
  scoresReason,
} from './family.js';

/** Anchors by level, the finest first: width and height of each, pixels of the input. */
export type AnchorsPx = [number, number][][];

/** Anchors of networks trained on COCO, from their makers' configurations. */
const usualAnchors: readonly { of: string; anchorsPx: AnchorsPx }[] = [
  {
    of: 'YOLOv5',
    anchorsPx: [
      [
        [10, 13],
        [16, 30],
        [33, 23],
      ],
      [
        [30, 61],
        [62, 45],
        [59, 119],
      ],
      [
        [116, 90],
        [156, 198],
        [373, 326],
      ],
    ],
  },
  {
    of: 'YOLOv7',
    anchorsPx: [
      [
        [12, 16],
        [19, 36],
        [40, 28],
      ],
      [
        [36, 75],
        [76, 55],
        [72, 146],
      ],
      [
        [142, 110],
        [192, 243],
        [459, 401],
      ],
    ],
  },
];

interface Level {
  tensor: ProbedTensor;
  stridePx: number;
  anchors: number;
  width: number;
}

/** Heads as the last convolution outputs them, one per level: [1, anchors, rows, columns, 5 + classes], or joined. */
export const anchors: Family = {
  name: 'anchors',
  recognise({ network, probe, classCount, anchorsPx }) {
    const told = anchorsPx ?? anchorsInMetadata(network);
    const isJoined = probe.outputs.every(({ shape }) => shape.length === 4);
    const levels = probe.outputs.flatMap((tensor): Level[] => {
      const { shape } = tensor;
      const [, , rows, columns] = shape;
      const stridePx = fourStrides.find((stride) => {
        const size = gridSize(probe.image, stride);
        return size.rows === rows && size.columns === columns;
      });
      if (stridePx === undefined || shape[0] !== 1) return [];
      if (shape.length === 5) return [{ tensor, stridePx, anchors: shape[1]!, width: shape[4]! }];
      if (shape.length !== 4) return [];
      const count = told?.[0]?.length ?? 3;
      const width = shape[1]! / count;
      return Number.isInteger(width) ? [{ tensor, stridePx, anchors: count, width }] : [];
    });
    const [first] = levels;
    if (first === undefined || levels.length !== probe.outputs.length || levels.length < 2)
      return undefined;
    const isAlike = levels.every(
      ({ anchors: count, width, tensor }) =>
        count === first.anchors &&
        width === first.width &&
        tensor.shape.length === first.tensor.shape.length,
    );
    const classes = first.width - 5;
    if (!isAlike || classes < 1 || (classCount !== undefined && classCount !== classes))
      return undefined;
    levels.sort((a, b) => a.stridePx - b.stridePx);
    const choices = told === undefined ? usualAnchors : [{ of: 'as told', anchorsPx: told }];
    const fitting = choices.filter(
      (choice) =>
        choice.anchorsPx.length === levels.length &&
        choice.anchorsPx.every((level) => level.length === first.anchors),
    );
    if (fitting.length === 0) return undefined;
    const scores = scoresAs(first.tensor.values, () => true);
    const readings = fitting.map(
      (choice): Reading => ({
        kind: 'anchors',
        order: isJoined ? 'channels-first' : 'values-last',
        boxes: 'square',
        scores,
        levels: levels.map(({ tensor, stridePx }, index) => ({
          output: tensor.name,
          stridePx,
          anchorsPx: choice.anchorsPx[index]!,
        })),
      }),
    );
    return {
      readings,
      classCount: classes,
      usualFeeding: feeding('rgb', '0..1', 'letterbox'),
      needsNms: true,
      reasons: [
        `outputs ${levels.map(({ tensor }) => dims(tensor)).join(', ')}: ${first.anchors} anchors a cell at strides ${levels.map(({ stridePx }) => stridePx).join(', ')}, undecoded (YOLOv5, YOLOv7)`,
        told === undefined
          ? `anchors are not told: taken for COCO’s of ${fitting.map(({ of }) => of).join(' or ')}, whichever finds more (--anchors says otherwise)`
          : `anchors ${anchorsPx === undefined ? 'as its metadata says' : 'as --anchors says'}`,
        scoresReason(scores),
      ],
    };
  },
};

/** Reads `anchors` from the file's own properties: nested lists of numbers, one per level. */
function anchorsInMetadata({ metadata }: NetworkFile): AnchorsPx | undefined {
  const text = metadata.get('anchors');
  if (text === undefined || text.length > 10_000) return undefined;
  try {
    return anchorLevels(
      (JSON.parse(text) as unknown[]).map((level) => [level].flat(3).map(Number)),
    );
  } catch {
    return undefined;
  }
}

/** Turns numbers by level into pairs of width and height; undefined if they are not such pairs. */
export function anchorLevels(levels: readonly (readonly number[])[]): AnchorsPx | undefined {
  const arePairs = levels.every(
    (level) =>
      level.length > 0 &&
      level.length % 2 === 0 &&
      level.every((value) => value > 0 && value <= 8192),
  );
  if (levels.length === 0 || !arePairs) return undefined;
  return levels.map((level) =>
    Array.from({ length: level.length / 2 }, (_, i) => [level[2 * i]!, level[2 * i + 1]!]),
  );
}
