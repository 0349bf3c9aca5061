import type { PlainAnswer } from '../bundle/task-row.js';
import type { PlainTask } from '../bundle/task-table.js';
import type { Detection, SegmentationResult } from '../perception/results.js';
import type { SignBatch } from '../perception/signs/decode-signs.js';

/** A lane's answer for one stage: decoded, not yet fused over time. Plain data that crosses threads. */
export type StageResult =
  | {
      stage: 'detection';
      detections: Detection[];
      /** For the sign stage: indices of the boxes to read; every sign when left out. */
      signsToRead?: readonly number[];
    }
  | { stage: 'signs' | 'lights'; batch: SignBatch }
  | { stage: 'segmentation'; segmentation: SegmentationResult }
  /** Radians at the wheels, positive to the left, before limits. */
  | { stage: 'steering'; rawAngleRad: number; suggestedThrottle?: number }
  | { stage: 'novelty'; reconstructionError: number; distance: number }
  | { stage: PlainTask; answer: PlainAnswer };
