import type { PerceptionFrame } from '../../messages/gen/windshield/v1/perception_pb.js';
import { lightState } from '../../messages/light-state.js';

/** The states of the lights, the surest first; one that abstained is a `?`. */
export function summariseLights({ lights }: PerceptionFrame): string {
  // Most rigs run no classifier of lights: without lights, the text is empty.
  if (lights.length === 0) return '';
  const named = lights
    .toSorted((a, b) => b.probability - a.probability)
    .map((light) => `${lightState(light) ?? '?'} ${light.probability.toFixed(2)}`);
  return `lights ${named.join(', ')}`;
}
