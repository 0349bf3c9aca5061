import type { Manifest } from '../bundle/manifest.js';
import type { FrameLayout } from '../frame/frame.js';
import type { StageResult } from './stage-result.js';

/** For a stage that reads boxes, one box in the middle of the frame, so that it has something to crop. */
export function warmUpInput(
  { decode }: Manifest,
  { widthPx, heightPx }: FrameLayout,
  detectorClasses: readonly string[],
): StageResult | undefined {
  if (decode.kind !== 'signs') return undefined;
  const classId = detectorClasses.indexOf(decode.cropFrom);
  const boxXyxyPx: [number, number, number, number] = [
    widthPx * 0.4,
    heightPx * 0.4,
    widthPx * 0.6,
    heightPx * 0.6,
  ];
  return { stage: 'detection', detections: [{ classId, score: 1, boxXyxyPx, trackId: 0 }] };
}
