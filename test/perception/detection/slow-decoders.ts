import type { CandidateOutputSpec } from '../../../src/bundle/detection-spec.js';

const f32 = Math.fround;
const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

/** A tensor whose values are asked for by their indices. */
export interface SlowTensor {
  dims: number[];
  data: Float32Array;
}

/** Left, top, right, bottom in shares of the input. */
type Box = [number, number, number, number];

export interface SlowFound {
  classId: number;
  score: number;
  box: Box;
}

// A loop: it is asked for every value of every network that the tests read by hand.
const at = ({ dims, data }: SlowTensor, ...indices: number[]): number => {
  let place = 0;
  for (let axis = 0; axis < indices.length; axis++) place = place * dims[axis]! + indices[axis]!;
  return data[place]!;
};

const fromCentre = (x: number, y: number, w: number, h: number): Box => [
  x - w / 2,
  y - h / 2,
  x + w / 2,
  y + h / 2,
];

/** Every candidate of every cell, whatever its score: the scores of all classes, and its box. */
function candidates(
  spec: CandidateOutputSpec,
  outputs: Record<string, SlowTensor>,
  { widthPx, heightPx }: { widthPx: number; heightPx: number },
): { scores: number[]; box: Box }[] {
  const classes = spec.networkClasses.map((_, index) => index);
  const act = (value: number) =>
    'scores' in spec && spec.scores === 'logit' ? sigmoid(value) : value;
  const inShares = (box: Box, isShares: boolean): Box =>
    isShares ? box : [box[0] / widthPx, box[1] / heightPx, box[2] / widthPx, box[3] / heightPx];
  switch (spec.kind) {
    case 'grid': {
      const tensor = outputs[spec.output]!;
      const cells = spec.stridesPx.flatMap((stride) => {
        const [columns, rows] = [Math.ceil(widthPx / stride), Math.ceil(heightPx / stride)];
        return Array.from({ length: rows * columns }, (_, i) => ({
          stride,
          x: i % columns,
          y: Math.floor(i / columns),
        }));
      });
      return Array.from({ length: tensor.dims[1]! }, (_, i) => {
        const v = (channel: number) => at(tensor, 0, i, channel);
        const scores = classes.map((c) => act(v(4)) * act(v(5 + c)));
        const cell = cells[i]!;
        const box =
          spec.boxes === 'cells'
            ? fromCentre(
                (v(0) + cell.x) * cell.stride,
                (v(1) + cell.y) * cell.stride,
                Math.exp(v(2)) * cell.stride,
                Math.exp(v(3)) * cell.stride,
              )
            : fromCentre(v(0), v(1), v(2), v(3));
        return { scores, box: inShares(box, spec.boxes === 'shares') };
      });
    }
    case 'anchors':
      return spec.levels.flatMap(({ output, stridePx, anchorsPx }) => {
        const tensor = outputs[output]!;
        const [columns, rows] = [Math.ceil(widthPx / stridePx), Math.ceil(heightPx / stridePx)];
        return anchorsPx.flatMap(([anchorWidth, anchorHeight], a) =>
          Array.from({ length: rows * columns }, (_, i) => {
            const [x, y] = [i % columns, Math.floor(i / columns)];
            const v = (c: number) =>
              spec.order === 'values-last'
                ? at(tensor, 0, a, y, x, c)
                : at(tensor, 0, a * (5 + classes.length) + c, y, x);
            const place = (value: number, cell: number) =>
              ((spec.boxes === 'square' ? 2 * act(value) - 0.5 : act(value)) + cell) * stridePx;
            const size = (value: number) =>
              spec.boxes === 'square' ? (2 * act(value)) ** 2 : Math.exp(value);
            const box = fromCentre(
              place(v(0), x),
              place(v(1), y),
              size(v(2)) * anchorWidth,
              size(v(3)) * anchorHeight,
            );
            return {
              scores: classes.map((c) => act(v(4)) * act(v(5 + c))),
              box: inShares(box, false),
            };
          }),
        );
      });
    case 'anchor-free': {
      const tensor = outputs[spec.output]!;
      const isFirst = spec.order === 'channels-first';
      return Array.from({ length: tensor.dims[isFirst ? 2 : 1]! }, (_, i) => {
        const v = (c: number) => (isFirst ? at(tensor, 0, c, i) : at(tensor, 0, i, c));
        const sides: Box = [v(0), v(1), v(2), v(3)];
        const box = spec.corners === 'cxcywh' ? fromCentre(...sides) : sides;
        return {
          scores: classes.map((c) => act(v(4 + c))),
          box: inShares(box, spec.boxes === 'shares'),
        };
      });
    }
    case 'distribution': {
      let before = 0;
      return spec.levels.flatMap(({ scores, distances, stridePx }) => {
        const [columns, rows] = [Math.ceil(widthPx / stridePx), Math.ceil(heightPx / stridePx)];
        const isJoined = scores === distances;
        const first = isJoined ? before : 0;
        before += columns * rows;
        return Array.from({ length: columns * rows }, (_, i) => {
          const inCell = spec.point === 'middle' ? 0.5 : 0;
          const x = ((i % columns) + inCell) * stridePx;
          const y = (Math.floor(i / columns) + inCell) * stridePx;
          const mean = (side: number) => {
            const start = (isJoined ? classes.length : 0) + side * spec.bins;
            const weights = Array.from({ length: spec.bins }, (_, bin) =>
              Math.exp(at(outputs[distances]!, 0, first + i, start + bin)),
            );
            const sum = weights.reduce((a, b) => a + b);
            return (weights.reduce((a, b, bin) => a + b * bin, 0) / sum) * stridePx;
          };
          return {
            scores: classes.map((c) => act(at(outputs[scores]!, 0, first + i, c))),
            box: inShares([x - mean(0), y - mean(1), x + mean(2), y + mean(3)], false),
          };
        });
      });
    }
    case 'cell': {
      const tensor = outputs[spec.output]!;
      const [, , rows, columns] = tensor.dims as [number, number, number, number];
      return Array.from({ length: rows * columns }, (_, i) => {
        const [row, column] = [Math.floor(i / columns), i % columns];
        const v = (channel: number) => at(tensor, 0, channel, row, column);
        return {
          scores: classes.map((c) => v(0) ** 0.6 * v(5 + c) ** 0.4),
          box: fromCentre(
            (column + Math.tanh(v(1))) / columns,
            (row + Math.tanh(v(2))) / rows,
            sigmoid(v(3)),
            sigmoid(v(4)),
          ),
        };
      });
    }
    case 'end-to-end': {
      const tensor = outputs[spec.output]!;
      return Array.from({ length: tensor.dims[1]! }, (_, i) => {
        const v = (channel: number) => at(tensor, 0, i, channel);
        const [from, score] = spec.columns === 'box-score-class' ? [0, v(4)] : [1, v(6)];
        const box: Box = [v(from), v(from + 1), v(from + 2), v(from + 3)];
        return {
          scores: classes.map((c) => (c === v(5) ? score : 0)),
          box: inShares(box, spec.boxes === 'shares'),
        };
      });
    }
    case 'queries': {
      const logits = outputs[spec.logits]!;
      return Array.from({ length: logits.dims[1]! }, (_, i) => {
        const row = Array.from({ length: logits.dims[2]! }, (_, c) => at(logits, 0, i, c));
        const sum = row.reduce((total, value) => total + Math.exp(value), 0);
        const b = (side: number) => at(outputs[spec.boxes]!, 0, i, side);
        return {
          scores: classes.map((c) =>
            spec.activation === 'softmax' ? Math.exp(row[c]!) / sum : sigmoid(row[c]!),
          ),
          box: fromCentre(b(0), b(1), b(2), b(3)),
        };
      });
    }
    case 'nms-inside': {
      const boxes = outputs[spec.boxes]!;
      return Array.from({ length: boxes.dims[1]! }, (_, i) => {
        const b = (side: number) => at(boxes, 0, i, side);
        const score = spec.scores === undefined ? b(4) : at(outputs[spec.scores]!, 0, i);
        const label = at(outputs[spec.labels]!, 0, i) - spec.firstLabel;
        const box: Box =
          spec.corners === 'yxyx' ? [b(1), b(0), b(3), b(2)] : [b(0), b(1), b(2), b(3)];
        return {
          scores: classes.map((c) => (c === label ? score : 0)),
          box: inShares(box, spec.units === 'shares'),
        };
      });
    }
  }
}

/** All candidates, sorted, compared with everything that was kept. Rounded to float32 where the decoder stores. */
export function slowDetections(
  spec: CandidateOutputSpec,
  outputs: Record<string, SlowTensor>,
  size: { widthPx: number; heightPx: number },
): SlowFound[] {
  let open = candidates(spec, outputs, size).flatMap(({ scores, box }): SlowFound[] => {
    const best = scores.indexOf(Math.max(...scores));
    const as = spec.networkClasses[best]?.as;
    const isThere = scores[best]! >= spec.scoreThreshold && scores[best]! > 0;
    if (as === undefined || !isThere) return [];
    const rounded = box.map(f32) as Box;
    if (!(rounded[2] > rounded[0] && rounded[3] > rounded[1])) return [];
    return [{ classId: spec.classes.indexOf(as), score: f32(scores[best]!), box: rounded }];
  });
  const kept: SlowFound[] = [];
  const { nms } = spec;
  while (open.length > 0 && kept.length < spec.maxDetections) {
    const top = Math.max(...open.map(({ score }) => score));
    if (top < spec.scoreThreshold) break;
    const best = open.find(({ score }) => score === top)!;
    kept.push(best);
    open = open.filter((other) => other !== best);
    if (nms.method === 'none') continue;
    const touches = (other: SlowFound) => !nms.byClass || other.classId === best.classId;
    if (nms.method === 'hard')
      open = open.filter((other) => !(touches(other) && iou(best.box, other.box) > nms.iou));
    else
      open = open.map((other) => {
        const overlap = touches(other) ? iou(best.box, other.box) : 0;
        return { ...other, score: f32(other.score * Math.exp(-(overlap ** 2) / nms.sigma)) };
      });
  }
  return kept;
}

function iou(a: Box, b: Box): number {
  const width = Math.max(0, Math.min(a[2], b[2]) - Math.max(a[0], b[0]));
  const height = Math.max(0, Math.min(a[3], b[3]) - Math.max(a[1], b[1]));
  const area = (box: Box) => (box[2] - box[0]) * (box[3] - box[1]);
  return (width * height) / (area(a) + area(b) - width * height);
}
