import type { Manifest, Task } from '../../bundle/manifest.js';
import { initialTrackingState, trackDetections } from '../../perception/tracking/tracker.js';
import { boxMessage } from '../box-message.js';
import { classesOf } from '../classes-of.js';
import type { StageFusion } from '../stage-fusion.js';

/** Follows boxes from frame to frame: tracks are predicted over all of the time that passed. */
export function createDetectionFusion(manifests: ReadonlyMap<Task, Manifest>): StageFusion {
  const classes = classesOf(manifests.get('detection'));
  let tracking = initialTrackingState;
  return {
    accept(result, answers, dtS) {
      if (result.stage !== 'detection') return;
      const { state, detections } = trackDetections(tracking, result.detections, dtS);
      tracking = state;
      const liveTrackIds = new Set(state.tracks.map(({ id }) => id));
      answers.detection = { detections, liveTrackIds };
    },
    fields: ({ detection }) => ({
      detections: (detection?.detections ?? []).map(({ classId, score, boxXyxyPx, trackId }) => ({
        classId,
        className: classes[classId] ?? '',
        score,
        boxPx: boxMessage(boxXyxyPx),
        trackId,
      })),
    }),
  };
}
