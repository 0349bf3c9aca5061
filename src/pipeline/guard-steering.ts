import type { Task } from '../bundle/manifest.js';
import { type FramePlan, type FramePlanner, fullPlan, type WithheldStage } from './frame-plan.js';

export interface SteeringGuards {
  /** Codes of a picture that is not to be trusted. */
  pictureCodes: readonly string[];
  /** Whether the frames so far show a scene unlike any that the rig knows; undefined if that is not to stop steering. */
  isNovel: (() => boolean) | undefined;
}

const withheld = (reason: 'picture' | 'novel'): readonly [Task, WithheldStage] => [
  'steering',
  { state: 'skipped', reason },
];
const untrusted = withheld('picture');
const unknown = withheld('novel');

/** Returns the planner with steering skipped on frames whose picture is not to be trusted, or whose scene is novel. */
export function guardSteering(
  plan: FramePlanner | undefined,
  { pictureCodes, isNovel }: SteeringGuards,
): FramePlanner | undefined {
  if (pictureCodes.length === 0 && isNovel === undefined) return plan;
  return (frame) => {
    const planned: FramePlan = plan?.(frame) ?? fullPlan;
    const isBad = frame.pictureHealth?.some((code) => pictureCodes.includes(code)) === true;
    if (!isBad && isNovel?.() !== true) return planned;
    return { ...planned, withheld: new Map([...planned.withheld, isBad ? untrusted : unknown]) };
  };
}
