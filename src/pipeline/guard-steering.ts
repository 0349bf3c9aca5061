import type { Task } from '../bundle/manifest.js';
import { type FramePlan, type FramePlanner, fullPlan, type WithheldStage } from './frame-plan.js';

const untrusted: readonly [Task, WithheldStage] = [
  'steering',
  { state: 'skipped', reason: 'picture' },
];

/** The planner, with steering skipped (reason `picture`) on frames whose picture has one of the codes. */
export function guardSteering(
  plan: FramePlanner | undefined,
  codes: readonly string[],
): FramePlanner | undefined {
  if (codes.length === 0) return plan;
  return (frame) => {
    const planned: FramePlan = plan?.(frame) ?? fullPlan;
    if (!frame.pictureHealth?.some((code) => codes.includes(code))) return planned;
    return { ...planned, withheld: new Map([...planned.withheld, untrusted]) };
  };
}
