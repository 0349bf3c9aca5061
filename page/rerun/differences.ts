import type { Box, PerceptionFrame } from '../../src/messages/gen/windshield/v1/perception_pb.js';
import { lightState } from '../../src/messages/light-state.js';
import { spoken } from '../../src/viewer/box-label.js';

/** Boxes that overlap this much (intersection over union) show the same thing. */
const sameBoxIou = 0.5;
/** Angles that differ by this are reported, radians (half a degree). */
const tellAngleRad = 0.0087;
/** Class maps that differ in this share of their pixels are reported. */
const tellMapShare = 0.01;

/** Differences between two results of the same frame, in words; empty if a person would see none. */
export function differencesOf(a: PerceptionFrame, b: PerceptionFrame): string[] {
  return [
    ...boxDifferences(a, b),
    ...signDifferences(a, b),
    ...lightDifferences(a, b),
    ...steeringDifference(a, b),
    ...mapDifference(a, b),
  ];
}

function boxDifferences(a: PerceptionFrame, b: PerceptionFrame): string[] {
  const unmatched = [...b.detections];
  const lost: string[] = [];
  for (const detection of a.detections) {
    const at = unmatched.findIndex(
      (other) =>
        other.className === detection.className && iou(other.boxPx, detection.boxPx) >= sameBoxIou,
    );
    if (at >= 0) unmatched.splice(at, 1);
    else lost.push(`${spoken(detection.className)} is missing`);
  }
  return counted([...lost, ...unmatched.map(({ className }) => `${spoken(className)} is new`)]);
}

/** Each text once, with its count: moving a threshold gives a dozen of a kind. */
function counted(words: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts].map(([word, count]) => (count > 1 ? `${word} (${count})` : word));
}

function signDifferences(a: PerceptionFrame, b: PerceptionFrame): string[] {
  return a.signs.flatMap((sign) => {
    const other = b.signs.find(({ boxPx }) => iou(boxPx, sign.boxPx) >= sameBoxIou);
    if (other === undefined || other.classId === sign.classId) return [];
    return [`sign: ${said(sign.className)} became ${said(other.className)}`];
  });
}

function lightDifferences(a: PerceptionFrame, b: PerceptionFrame): string[] {
  return a.lights.flatMap((light) => {
    const other = b.lights.find(({ boxPx }) => iou(boxPx, light.boxPx) >= sameBoxIou);
    if (other === undefined) return [];
    const [before, now] = [lightState(light), lightState(other)];
    return before === now ? [] : [`light: ${said(before)} became ${said(now)}`];
  });
}

const said = (name: string | undefined) => spoken(name ?? '') || 'not read';

function steeringDifference(
  { steering: a }: PerceptionFrame,
  { steering: b }: PerceptionFrame,
): string[] {
  if (!a || !b) return [];
  const apartRad = b.angleRad - a.angleRad;
  if (Math.abs(apartRad) < tellAngleRad) return [];
  return [`steering ${((apartRad * 180) / Math.PI).toFixed(1)}°`];
}

function mapDifference(
  { segmentation: a }: PerceptionFrame,
  { segmentation: b }: PerceptionFrame,
): string[] {
  if (!a || !b) return [];
  if (a.widthPx !== b.widthPx || a.heightPx !== b.heightPx)
    return [`class map of ${b.widthPx}x${b.heightPx} instead of ${a.widthPx}x${a.heightPx}`];
  // The networks may number the same classes differently.
  const idIn =
    a.classNames.length === 0 ? [] : b.classNames.map((name) => a.classNames.indexOf(name));
  const share = mapDifferenceShare(a, {
    ...b,
    runClasses: Array.from(b.runClasses, (id) => idIn[id] ?? id),
  });
  return share < tellMapShare ? [] : [`class map ${(share * 100).toFixed(1)} %`];
}

interface Runs {
  widthPx: number;
  heightPx: number;
  runLengths: ArrayLike<number>;
  runClasses: ArrayLike<number>;
}

/** Share of the pixels that two class maps of one size disagree on, 0..1, from their runs alone. */
export function mapDifferenceShare(a: Runs, b: Runs): number {
  const total = a.widthPx * a.heightPx;
  let differing = 0;
  let [i, j, leftA, leftB] = [0, 0, a.runLengths[0] ?? 0, b.runLengths[0] ?? 0];
  while (i < a.runLengths.length && j < b.runLengths.length) {
    const count = Math.min(leftA, leftB);
    if (a.runClasses[i] !== b.runClasses[j]) differing += count;
    leftA -= count;
    leftB -= count;
    if (leftA === 0) leftA = a.runLengths[++i] ?? 0;
    if (leftB === 0) leftB = b.runLengths[++j] ?? 0;
  }
  return total === 0 ? 0 : differing / total;
}

/** Intersection over union of two boxes; 0 without both. */
export function iou(a: Box | undefined, b: Box | undefined): number {
  if (!a || !b) return 0;
  const width = Math.min(a.xMax, b.xMax) - Math.max(a.xMin, b.xMin);
  const height = Math.min(a.yMax, b.yMax) - Math.max(a.yMin, b.yMin);
  if (width <= 0 || height <= 0) return 0;
  const area = (box: Box) => (box.xMax - box.xMin) * (box.yMax - box.yMin);
  return (width * height) / (area(a) + area(b) - width * height);
}
