import type { SsdOutputSpec } from '../../../src/bundle/output-spec.js';

const f32 = Math.fround;

export interface SlowDetection {
  classId: number;
  score: number;
  box: [number, number, number, number];
}

/**
 * SSD decoding as the paper tells it: all default boxes, all softmaxes, sort, compare everything with everything.
 * Boxes and scores are rounded to float32 where they are stored, since ties and thresholds hang on the last bit.
 */
export function slowSsd(
  spec: SsdOutputSpec,
  offsets: Float32Array,
  logits: Float32Array,
): SlowDetection[] {
  const candidates: (SlowDetection & { order: number })[] = [];
  let index = 0;
  for (const map of spec.featureMaps) {
    for (let row = 0; row < map.rows; row++) {
      for (let column = 0; column < map.columns; column++) {
        for (const [width, height] of map.boxSizesNorm.map((size) => size.map(f32))) {
          const [dx, dy, dw, dh] = offsets.subarray(
            index * 4,
            index * 4 + 4,
          ) as unknown as number[];
          const cx = f32((column + 0.5) / map.columns) + dx! * spec.variances[0] * width;
          const cy = f32((row + 0.5) / map.rows) + dy! * spec.variances[0] * height;
          const w = width * Math.exp(dw! * spec.variances[1]);
          const h = height * Math.exp(dh! * spec.variances[1]);
          const size = spec.classes.length + 1;
          const exps = Array.from(logits.subarray(index * size, index * size + size), Math.exp);
          const sum = exps.reduce((a, b) => a + b);
          for (let classId = 0; classId < spec.classes.length; classId++) {
            const score = exps[classId + 1]! / sum;
            if (score < spec.scoreThreshold) continue;
            const order = index * spec.classes.length + classId;
            const sides = [cx - w / 2, cy - h / 2, cx + w / 2, cy + h / 2];
            const box = sides.map(f32) as SlowDetection['box'];
            candidates.push({ classId, score: f32(score), box, order });
          }
          index++;
        }
      }
    }
  }
  candidates.sort((a, b) => b.score - a.score || a.order - b.order);
  const kept: SlowDetection[] = [];
  for (const { order: _, ...candidate } of candidates) {
    const isHidden = kept.some(
      (other) =>
        isOneGroup(spec, other.classId, candidate.classId) &&
        iou(other.box, candidate.box) > spec.nmsIou,
    );
    if (!isHidden) kept.push(candidate);
  }
  return kept.slice(0, spec.maxDetections);
}

function isOneGroup({ classes, nmsGroups = [] }: SsdOutputSpec, a: number, b: number): boolean {
  const names = [classes[a]!, classes[b]!];
  return a === b || nmsGroups.some((group) => names.every((name) => group.includes(name)));
}

function iou(a: SlowDetection['box'], b: SlowDetection['box']): number {
  const width = Math.max(0, Math.min(a[2], b[2]) - Math.max(a[0], b[0]));
  const height = Math.max(0, Math.min(a[3], b[3]) - Math.max(a[1], b[1]));
  const area = (box: SlowDetection['box']) => (box[2] - box[0]) * (box[3] - box[1]);
  return (width * height) / (area(a) + area(b) - width * height);
}
