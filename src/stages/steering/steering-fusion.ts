import { create, toBinary } from '@bufbuild/protobuf';
import type { Manifest, Task } from '../../bundle/manifest.js';
import type { SteeringOutputSpec } from '../../bundle/output-spec.js';
import { SteeringUpdateSchema } from '../../messages/gen/windshield/v1/perception_pb.js';
import { steeringTopic } from '../../messages/topics.js';
import { initialSteeringState, limitSteering } from '../../perception/steering/steering.js';
import type { StageFusion } from '../stage-fusion.js';

/** Limits the angle in value and rate. It is sent at once: it would otherwise wait for its frame's slowest stage. */
export function createSteeringFusion(manifests: ReadonlyMap<Task, Manifest>): StageFusion {
  const spec = manifests.get('steering')!.decode as SteeringOutputSpec;
  let last = initialSteeringState;
  return {
    accept(result, answers, dtS) {
      if (result.stage !== 'steering') return;
      const limited = limitSteering(last, result.rawAngleRad, dtS, spec);
      last = limited.state;
      const { suggestedThrottle } = result;
      answers.steering =
        suggestedThrottle === undefined || !Number.isFinite(suggestedThrottle)
          ? limited.result
          : { ...limited.result, suggestedThrottle };
    },
    fields: ({ steering }) => (steering === undefined ? {} : { steering }),
    update({ steering }, header) {
      if (steering === undefined) return undefined;
      const update = create(SteeringUpdateSchema, { ...header, steering });
      return { topic: steeringTopic.name, payload: toBinary(SteeringUpdateSchema, update) };
    },
  };
}
