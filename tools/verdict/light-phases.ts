import type { BoxXyxyPx } from './match-detections.js';

/** A state that was read in one frame. */
export interface SeenLight {
  state: string;
  timeS: number;
  frameId: number;
  epoch: number;
  boxXyxyPx: BoxXyxyPx;
}

/** A state that a light kept while it was read: `red` from 12.3 s to 19.8 s. */
export interface LightPhase {
  state: string;
  firstS: number;
  lastS: number;
  frames: number;
  /** Where it began. */
  began: SeenLight;
  /** Whether the light had shown another state before. */
  isTurn: boolean;
}

/** States that last for fewer frames are noise of the reading. */
const minFrames = 3;

/** The states that a light went through. `seen` in order of time. */
export function phasesOf(seen: readonly SeenLight[]): LightPhase[] {
  const phases: LightPhase[] = [];
  for (const one of seen) {
    const last = phases.at(-1);
    if (last?.state === one.state) {
      last.lastS = one.timeS;
      last.frames++;
    } else {
      const { state, timeS } = one;
      phases.push({ state, firstS: timeS, lastS: timeS, frames: 1, began: one, isTurn: false });
    }
  }
  const kept: LightPhase[] = [];
  for (const phase of phases.filter(({ frames }) => frames >= minFrames)) {
    const last = kept.at(-1);
    if (last?.state === phase.state) {
      // The phases between them were noise.
      last.lastS = phase.lastS;
      last.frames += phase.frames;
    } else kept.push({ ...phase, isTurn: last !== undefined });
  }
  return kept;
}
