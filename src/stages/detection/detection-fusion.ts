import type { Manifest, Task } from '../../bundle/manifest.js';
import { type FootPoint, footPointOf } from '../../calibration/foot-point.js';
import { initialTrackingState, trackDetections } from '../../perception/tracking/tracker.js';
import { boxMessage } from '../box-message.js';
import { classesOf } from '../classes-of.js';
import type { StageFusion } from '../stage-fusion.js';
import type { StandingCamera } from '../standing-camera.js';

/** Classes that hang on posts: their boxes end in the air. */
const hangingClasses: ReadonlySet<string> = new Set(['traffic_light', 'traffic_sign']);

/**
 * Follows boxes from frame to frame: tracks are predicted over all of the time that passed. Where the camera's mount is
 * known, each box says where it stands on the road.
 */
export function createDetectionFusion(
  manifests: ReadonlyMap<Task, Manifest>,
  standing?: StandingCamera,
): StageFusion {
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
        ...(standing !== undefined &&
          !hangingClasses.has(classes[classId] ?? '') &&
          groundField(footPointOf(boxXyxyPx, standing.camera, standing.mount))),
      })),
    }),
  };
}

function groundField(at: FootPoint | undefined) {
  return (
    at && {
      groundM: {
        forward: at.forwardM,
        left: at.leftM,
        forwardDeviation: at.forwardDeviationM,
        leftDeviation: at.leftDeviationM,
      },
    }
  );
}
