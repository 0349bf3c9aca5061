import { gridSize } from '../../src/bundle/detection-shapes.js';
import type { CandidateOutputSpec } from '../../src/bundle/detection-spec.js';
import { PerceptionError } from '../../src/frame/perception-error.js';
import type { Feeding } from './feeding.js';
import type { NetworkFile } from './network-file.js';
import type { Probe, ProbedTensor } from './probe.js';

type Common = 'classes' | 'networkClasses' | 'scoreThreshold' | 'nms' | 'maxDetections';
/** A decoding without what the user decides: classes, threshold, suppression. */
export type Reading = CandidateOutputSpec extends infer Spec
  ? Spec extends CandidateOutputSpec
    ? Omit<Spec, Common>
    : never
  : never;

/** A family that the network may be of, with how it is read and usually fed. */
export interface Recognised {
  family: string;
  /** More than one where the file does not tell: each is tried. */
  readings: Reading[];
  /** Classes that the outputs have room for. */
  classCount: number | undefined;
  usualFeeding: Feeding;
  /** Whether boxes of the network must be suppressed here. */
  needsNms: boolean;
  /** One line each: what was concluded, and from what. */
  reasons: string[];
}

interface Question {
  network: NetworkFile;
  probe: Probe;
  /** Classes as the user or the file names them; undefined where nobody does. */
  classCount: number | undefined;
}

interface Family {
  name: string;
  recognise(question: Question): Omit<Recognised, 'family'> | undefined;
}

const feeding = (
  colour: Feeding['colour'],
  range: Feeding['range'],
  fit: Feeding['fit'],
): Feeding => ({ colour, range, fit, padValue: 114 });
const dims = ({ shape }: ProbedTensor) => `[${shape.join(', ')}]`;

/** Cells of an input at these strides together. */
function cellCount({ image }: Probe, stridesPx: readonly number[]): number {
  return stridesPx.reduce((sum, stridePx) => {
    const { columns, rows } = gridSize(image, stridePx);
    return sum + columns * rows;
  }, 0);
}
const threeStrides = [8, 16, 32];
const fourStrides = [8, 16, 32, 64];

/** Whether values are probabilities already: noise never leaves 0..1 then. `from`, `step`, `count`: which values. */
function scoresAs(
  values: Float32Array,
  isScore: (index: number) => boolean,
): 'probability' | 'logit' {
  const isOutside = values.some(
    (value, index) => isScore(index) && (value < -1e-4 || value > 1 + 1e-4),
  );
  return isOutside ? 'logit' : 'probability';
}

const scoresReason = (scores: 'probability' | 'logit') =>
  scores === 'probability'
    ? 'scores are probabilities: on noise they stay between 0 and 1'
    : 'scores are logits: on noise they leave 0..1';

/** Every family, the more particular before the more general. */
export const detectionFamilies: readonly Family[] = [
  {
    name: 'tensorflow',
    recognise({ probe }) {
      const named = (part: string) => probe.outputs.find(({ name }) => name.includes(part));
      const boxes = named('detection_boxes');
      const scores = named('detection_scores');
      const labels = named('detection_classes');
      if (!boxes || !scores || !labels) return undefined;
      return {
        readings: [
          {
            kind: 'nms-inside',
            boxes: boxes.name,
            scores: scores.name,
            labels: labels.name,
            corners: 'yxyx',
            units: 'shares',
            firstLabel: 1,
            maxCandidates: Math.max(100, scores.shape.at(-1) ?? 0),
          },
        ],
        classCount: undefined,
        usualFeeding: feeding('rgb', '0..255', 'stretch'),
        needsNms: false,
        reasons: [
          `outputs ${boxes.name}, ${labels.name} and ${scores.name}: TensorFlow’s detection API, boxes ymin first, suppressed inside`,
        ],
      };
    },
  },
  {
    name: 'mmdetection',
    recognise({ probe }) {
      const boxes = probe.outputs.find(({ shape }) => shape.at(-1) === 5);
      const labels = probe.outputs.find(({ name }) => /labels/.test(name));
      if (!boxes || !labels || probe.outputs.some(({ name }) => /scores/.test(name)))
        return undefined;
      return {
        readings: [
          {
            kind: 'nms-inside',
            boxes: boxes.name,
            labels: labels.name,
            corners: 'xyxy',
            units: 'pixels',
            firstLabel: 0,
            maxCandidates: Math.max(300, boxes.shape.at(-2) ?? 0),
          },
        ],
        classCount: undefined,
        usualFeeding: feeding('rgb', 'imagenet', 'letterbox-top-left'),
        needsNms: false,
        reasons: [
          `outputs ${boxes.name} ${dims(boxes)} and ${labels.name}: MMDetection, suppressed inside`,
        ],
      };
    },
  },
  {
    name: 'chosen-boxes',
    recognise({ network, probe }) {
      const boxes = probe.outputs.find(
        ({ name, shape }) => /boxes/.test(name) && shape.at(-1) === 4,
      );
      const scores = probe.outputs.find(({ name }) => /scores/.test(name));
      const labels = probe.outputs.find(({ name }) => /labels/.test(name));
      if (!boxes || !scores || !labels) return undefined;
      const isTransformer = probe.constants.length > 0;
      return {
        readings: [
          {
            kind: 'nms-inside',
            boxes: boxes.name,
            scores: scores.name,
            labels: labels.name,
            corners: 'xyxy',
            units: 'pixels',
            firstLabel: 0,
            maxCandidates: Math.max(300, scores.shape.at(-1) ?? 0),
          },
        ],
        classCount: undefined,
        usualFeeding: feeding('rgb', '0..1', 'stretch'),
        needsNms: false,
        reasons: [
          isTransformer
            ? `outputs ${labels.name}, ${boxes.name}, ${scores.name} and the input ${probe.constants[0]!.name}: RT-DETR or D-FINE with its last step inside; the size is given as the input’s own`
            : `outputs ${boxes.name}, ${labels.name}, ${scores.name} of ${network.producer || 'an unknown exporter'}: boxes suppressed inside, as torchvision does`,
        ],
      };
    },
  },
  {
    name: 'detr',
    recognise({ probe, classCount }) {
      const boxes = probe.outputs.find(
        ({ name, shape }) => /boxes/.test(name) && shape.length === 3 && shape[2] === 4,
      );
      const logits = probe.outputs.find(
        ({ name, shape }) => /logits/.test(name) && shape[1] === boxes?.shape[1],
      );
      if (!boxes || !logits) return undefined;
      const width = logits.shape[2]!;
      const isSoftmax = classCount === undefined ? width !== 80 : width === classCount + 1;
      return {
        readings: [
          {
            kind: 'queries',
            logits: logits.name,
            boxes: boxes.name,
            activation: isSoftmax ? 'softmax' : 'logistic',
          },
        ],
        classCount: isSoftmax ? width - 1 : width,
        usualFeeding: feeding('rgb', isSoftmax ? 'imagenet' : '0..1', 'stretch'),
        needsNms: false,
        reasons: [
          `outputs ${logits.name} ${dims(logits)} and ${boxes.name} ${dims(boxes)}: queries of a transformer, ${isSoftmax ? 'softmax with one more class for nothing' : 'each class for itself'}`,
        ],
      };
    },
  },
  {
    name: 'nanodet',
    recognise({ probe }) {
      const { outputs, image } = probe;
      if (outputs.length < 4 || outputs.length % 2 !== 0) return undefined;
      const levels = outputs.length / 2;
      const stridesPx = fourStrides.slice(0, levels);
      const byStride = stridesPx.map((stridePx) => {
        const count = cellCount(probe, [stridePx]);
        const of = outputs.filter(({ shape }) => shape.length === 3 && shape[1] === count);
        return { stridePx, of };
      });
      if (byStride.some(({ of }) => of.length !== 2)) return undefined;
      // Distances are four times as many values as bins, the same at each level, and no probabilities.
      const widths = byStride[0]!.of.map(({ shape }) => shape[2]!);
      const distanceAt = byStride[0]!.of.findIndex(
        ({ shape, values }) => shape[2]! % 4 === 0 && scoresAs(values, () => true) === 'logit',
      );
      if (distanceAt < 0) return undefined;
      const bins = widths[distanceAt]! / 4;
      const pairs = byStride.map(({ stridePx, of }) => ({
        stridePx,
        scores: of[1 - distanceAt]!,
        distances: of[distanceAt]!,
      }));
      if (pairs.some(({ distances }) => distances.shape[2] !== 4 * bins)) return undefined;
      const scores = scoresAs(pairs[0]!.scores.values, () => true);
      return {
        readings: (['middle', 'corner'] as const).map((point) => ({
          kind: 'distribution' as const,
          levels: pairs.map((pair) => ({
            stridePx: pair.stridePx,
            scores: pair.scores.name,
            distances: pair.distances.name,
          })),
          bins,
          point,
          scores,
        })),
        classCount: pairs[0]!.scores.shape[2],
        usualFeeding: feeding('bgr', 'imagenet', 'letterbox'),
        needsNms: true,
        reasons: [
          `${levels} pairs of outputs with as many rows as ${image.widthPx}x${image.heightPx} has cells at strides ${stridesPx.join(', ')}: classes, and four distributions over ${bins} distances (NanoDet)`,
          scoresReason(scores),
        ],
      };
    },
  },
  {
    name: 'nanodet-plus',
    recognise({ probe, classCount }) {
      const [output] = probe.outputs;
      if (probe.outputs.length !== 1 || output!.shape.length !== 3) return undefined;
      const [, rows, width] = output!.shape;
      const stridesPx = [fourStrides, threeStrides].find(
        (strides) => cellCount(probe, strides) === rows,
      );
      if (stridesPx === undefined) return undefined;
      const classes = classCount ?? (width === 112 ? 80 : undefined);
      if (classes === undefined || width! - classes < 32 || (width! - classes) % 4 !== 0)
        return undefined;
      const scores = scoresAs(output!.values, (index) => index % width! < classes);
      return {
        readings: (['corner', 'middle'] as const).map((point) => ({
          kind: 'distribution' as const,
          levels: stridesPx.map((stridePx) => ({
            stridePx,
            scores: output!.name,
            distances: output!.name,
          })),
          bins: (width! - classes) / 4,
          point,
          scores,
        })),
        classCount: classes,
        usualFeeding: feeding('bgr', 'imagenet', 'stretch'),
        needsNms: true,
        reasons: [
          `output ${dims(output!)}: ${rows} cells at strides ${stridesPx.join(', ')}, ${classes} classes and four distributions (NanoDet-Plus)`,
          scoresReason(scores),
        ],
      };
    },
  },
  {
    name: 'end-to-end',
    recognise({ probe }) {
      const [output] = probe.outputs;
      if (probe.outputs.length !== 1) return undefined;
      const width = output!.shape.at(-1);
      const rows = output!.shape.at(-2) ?? 0;
      if ((width !== 6 && width !== 7) || rows > 1000) return undefined;
      const isShort = width === 6;
      return {
        readings: [
          {
            kind: 'end-to-end',
            output: output!.name,
            columns: isShort ? 'box-score-class' : 'batch-box-class-score',
            boxes: 'pixels',
            maxCandidates: Math.max(300, rows),
          },
        ],
        classCount: undefined,
        usualFeeding: feeding('rgb', '0..1', 'letterbox'),
        needsNms: false,
        reasons: [
          `output ${dims(output!)}: finished boxes of ${width} numbers, no suppression needed (${isShort ? 'YOLOv10, YOLO26' : 'YOLOv7 with its end'})`,
        ],
      };
    },
  },
  {
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
  },
  {
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
  },
  {
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
      // Decoded sizes are many pixels and never negative; undecoded ones are logarithms in strides.
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
  },
  {
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
  },
];

function boxPart(index: number, isFirst: boolean, count: number, width: number): boolean {
  return isFirst ? index < 4 * count : index % width < 4;
}

/** The family's name as `--like` takes it. */
export const detectionFamilyNames = detectionFamilies.map(({ name }) => name);

/**
 * Which family a detector is of; with `like` only that one is asked. Throws ERR_BUNDLE listing the outputs when none
 * fits, or the one that was named does not.
 */
export function recogniseDetector(question: Question, like?: string): Recognised {
  const asked = detectionFamilies.filter(({ name }) => like === undefined || name === like);
  for (const { name, recognise } of asked) {
    const found = recognise(question);
    if (found !== undefined) return { family: name, ...found };
  }
  const { network, probe } = question;
  const outputs = probe.outputs
    .slice(0, 8)
    .map((output) => `${output.name} ${dims(output)}`)
    .join(', ');
  throw new PerceptionError(
    'ERR_BUNDLE',
    `${network.name}: expected outputs of ${like === undefined ? 'a detector (--like may name its family, --classes its classes)' : like}, found ${outputs}`,
  );
}
