import type { InputMapping } from '../../preprocess/input-mapping.js';
import type { Detection } from '../results.js';
import type { DetectionList } from './detection-list.js';

/**
 * Detections in pixels of the captured frame, clipped to it, mapped through the lens if the camera is calibrated.
 * Those completely outside the frame are omitted. `trackId` is 0.
 */
export function detectionsInFrame(list: DetectionList, mapping: InputMapping): Detection[] {
  const detections: Detection[] = [];
  for (let i = 0; i < list.count; i++) {
    const at = i * 4;
    const box = mapping.frameFromInputBox([
      list.boxesXyxyNorm[at]!,
      list.boxesXyxyNorm[at + 1]!,
      list.boxesXyxyNorm[at + 2]!,
      list.boxesXyxyNorm[at + 3]!,
    ]);
    if (box === undefined) continue;
    const classId = list.classIds[i]!;
    detections.push({ classId, score: list.scores[i]!, boxXyxyPx: box, trackId: 0 });
  }
  return detections;
}
