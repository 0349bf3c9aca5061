import type { Manifest, Task } from '../../bundle/manifest.js';
import type { FootPoint } from '../../perception/road/foot-point.js';
import { initialTrackingState, trackDetections } from '../../perception/tracking/tracker.js';
import { boxMessage } from '../box-message.js';
import { classesOf } from '../classes-of.js';
import type { FusionSettings, StageFusion } from '../stage-fusion.js';
import type { StandingCamera } from '../standing-camera.js';
import { createGroundPlaces } from './ground-places.js';

/**
 * Tracks boxes from frame to frame; tracks are predicted over all of the time that passed. If the camera's mount is
 * known, each box gets its place on the road.
 */
export function createDetectionFusion(
  manifests: ReadonlyMap<Task, Manifest>,
  standing?: StandingCamera,
  settings?: FusionSettings,
): StageFusion {
  const classes = classesOf(manifests.get('detection'));
  const placesOf = standing && createGroundPlaces(manifests, standing, settings?.ground);
  let tracking = initialTrackingState;
  return {
    accept(result, answers, dtS) {
      if (result.stage !== 'detection') return;
      const { state, detections } = trackDetections(tracking, result.detections, dtS);
      tracking = state;
      const liveTrackIds = new Set(state.tracks.map(({ id }) => id));
      answers.detection = { detections, liveTrackIds, dtS };
    },
    fields(answers) {
      const { detections = [] } = answers.detection ?? {};
      const places = placesOf?.(answers);
      return {
        detections: detections.map(({ classId, score, boxXyxyPx, trackId }, index) => ({
          classId,
          className: classes[classId] ?? '',
          score,
          boxPx: boxMessage(boxXyxyPx),
          trackId,
          ...groundField(places?.[index]),
        })),
      };
    },
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
