import type { Light } from './gen/windshield/v1/perception_pb.js';

/** The state that was read for a light, several labels joined as in `red+left`; undefined if the network abstained. */
export function lightState({ classId, className, labels }: Light): string | undefined {
  if (labels.length > 0) return labels.map(({ name }) => name).join('+');
  return classId < 0 ? undefined : className;
}
