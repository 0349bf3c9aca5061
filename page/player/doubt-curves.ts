import type { PerceptionFrame } from '../../src/messages/gen/windshield/v1/perception_pb.js';

/** A value of a frame that tells how far its answers can be trusted. */
export interface DoubtValue {
  id: 'novelty' | 'off lane' | 'off driver' | 'off free space';
  value: number;
  /** The value counts from here on, on both sides if signed. Undefined: it is only shown. */
  threshold: number | undefined;
  /** Whether the frame's health reports it. */
  isSaid: boolean;
}

/** Labels and units of the curves, and the words for what health reports. */
export const doubtCurves: {
  readonly [Id in DoubtValue['id']]: { label: string; unit: '' | 'm'; said: string };
} = {
  novelty: { label: 'Novelty', unit: '', said: 'novel scene' },
  'off lane': { label: 'Off lane', unit: 'm', said: 'disagrees with the lane' },
  'off driver': { label: 'Off driver', unit: 'm', said: 'disagrees with the driver' },
  'off free space': { label: 'Off free space', unit: 'm', said: '' },
};

/** The values that a frame has; metres are positive if the steering leads to the left of it. */
export function doubtOf({ novelty, steeringCheck, health }: PerceptionFrame): DoubtValue[] {
  const values: DoubtValue[] = [];
  if (novelty !== undefined) {
    values.push({ id: 'novelty', value: novelty.value, threshold: 1, isSaid: novelty.isNovel });
  }
  if (steeringCheck === undefined) return values;
  const { laneM, driverM, freeSpaceM } = steeringCheck;
  // Older recordings have no threshold.
  const threshold = steeringCheck.thresholdM > 0 ? steeringCheck.thresholdM : undefined;
  const disagrees = health.includes('steering_disagrees');
  for (const [id, value] of [
    ['off lane', laneM],
    ['off driver', driverM],
  ] as const) {
    if (value === undefined) continue;
    const isSaid = disagrees && threshold !== undefined && Math.abs(value) >= threshold;
    values.push({ id, value, threshold, isSaid });
  }
  if (freeSpaceM !== undefined)
    values.push({ id: 'off free space', value: freeSpaceM, threshold: undefined, isSaid: false });
  return values;
}

/** `0.42`, or `0.31 m left`. */
export function spokenDoubt(id: DoubtValue['id'], value: number): string {
  if (doubtCurves[id].unit === '') return value.toFixed(2);
  return `${Math.abs(value).toFixed(2)} m ${value >= 0 ? 'left' : 'right'}`;
}

/** `Off lane 0.31 m left`, and what health reports about it. */
export function doubtInWords({ id, value, isSaid }: DoubtValue): string {
  const { label, said } = doubtCurves[id];
  return `${label} ${spokenDoubt(id, value)}${isSaid ? `: ${said}` : ''}`;
}
