import type { PerceptionFrame } from '../../messages/gen/windshield/v1/perception_pb.js';

/** `det 5 (3 car, 2 traffic_sign)`, the most frequent first. */
export function summariseDetections({ detections }: PerceptionFrame): string {
  const counts = new Map<string, number>();
  for (const { className } of detections) counts.set(className, (counts.get(className) ?? 0) + 1);
  const named = [...counts]
    .sort(([a, countA], [b, countB]) => countB - countA || (a < b ? -1 : 1))
    .map(([name, count]) => `${count} ${name}`);
  return named.length === 0 ? 'det 0' : `det ${detections.length} (${named.join(', ')})`;
}
