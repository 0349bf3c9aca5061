import type { PerceptionFrame } from '../../src/messages/gen/windshield/v1/perception_pb.js';
import { lightState } from '../../src/messages/light-state.js';
import { spoken } from '../../src/viewer/box-label.js';

/** The angle in words, such as `2.5° left`. */
export function spokenAngle(angleRad: number): string {
  const degrees = (angleRad * 180) / Math.PI;
  return `${Math.abs(degrees).toFixed(1)}° ${degrees >= 0 ? 'left' : 'right'}`;
}

/** A result in one sentence. */
export function describeFrame(result: PerceptionFrame | undefined): string {
  if (result === undefined) return 'The camera’s picture, without results';
  const counts = new Map<string, number>();
  for (const { className } of result.detections)
    counts.set(className, (counts.get(className) ?? 0) + 1);
  const things = [...counts].map(([name, count]) => `${count} ${spoken(name)}`);
  const signs = result.signs.filter(({ classId }) => classId >= 0);
  const read = signs.map(({ className }) => spoken(className));
  const lit = result.lights.flatMap((light) => lightState(light) ?? []);
  const parts = [
    `Frame ${result.frameId}`,
    things.join(', ') || 'nothing found',
    ...(read.length > 0 ? [`signs: ${read.join(', ')}`] : []),
    ...(lit.length > 0 ? [`lights: ${lit.map(spoken).join(', ')}`] : []),
    ...(result.steering ? [`steering ${spokenAngle(result.steering.angleRad)}`] : []),
  ];
  return parts.join('; ');
}
