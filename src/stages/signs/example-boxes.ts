import type { FrameLayout } from '../../frame/frame.js';
import type { StageResult } from '../stage-result.js';

/** Sides of a sign that is near enough to be read, pixels. */
const sidePx = 48;

/** Boxes of one class, side by side in the upper half of the frame. */
export function exampleBoxes(
  count: number,
  classId: number,
  { widthPx, heightPx }: Pick<FrameLayout, 'widthPx' | 'heightPx'>,
): StageResult {
  const side = Math.min(sidePx, heightPx / 4);
  const detections = Array.from({ length: count }, (_, index) => {
    const left = (index * side) % Math.max(1, widthPx - side);
    const boxXyxyPx: [number, number, number, number] = [left, side, left + side, 2 * side];
    return { classId, score: 0.9, boxXyxyPx, trackId: 0 };
  });
  return { stage: 'detection', detections };
}
