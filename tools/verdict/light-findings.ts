import type { Finding, FindingKind } from './finding.js';
import { type LightPhase, phasesOf } from './light-phases.js';
import type { ObjectView } from './object-groups.js';
import type { Limits } from './rules.js';
import { clockTime, spokenClass } from './words.js';

/** Differences in the states of one light: `light turned red at 00:12.3 lost`. */
export function lightFindings(
  reference: ObjectView | undefined,
  candidate: ObjectView | undefined,
  limits: Limits,
): Finding[] {
  const before = phasesOf(reference?.lights ?? []);
  const now = phasesOf(candidate?.lights ?? []);
  const findings: Finding[] = [];
  const used = new Set<LightPhase>();
  for (const phase of before) {
    const meant = overlapping(now, phase).filter((other) => !used.has(other));
    const same = meant.find(({ state }) => state === phase.state);
    if (same !== undefined) {
      used.add(same);
      const laterS = same.firstS - phase.firstS;
      if (Math.abs(laterS) > limits.seenLaterS)
        findings.push(
          finding(
            laterS > 0 ? 'light-later' : 'light-earlier',
            laterS > 0 ? phase : same,
            `${told(phase)} seen ${Math.abs(laterS).toFixed(1)} s ${laterS > 0 ? 'later' : 'earlier'}`,
          ),
        );
    }
  }
  for (const phase of before) {
    const meant = overlapping(now, phase);
    if (meant.some((other) => other.state === phase.state && used.has(other))) continue;
    const other = meant.find((one) => !used.has(one));
    if (other === undefined) {
      findings.push(finding('light-lost', phase, `${told(phase)} lost`));
    } else {
      used.add(other);
      findings.push(
        finding('light-misread', phase, `${told(phase)} read as ${spokenClass(other.state)}`),
      );
    }
  }
  for (const phase of now)
    if (!used.has(phase))
      findings.push(finding('light-added', phase, `${told(phase)} read, not before`));
  return findings;
}

const overlapping = (phases: readonly LightPhase[], { firstS, lastS }: LightPhase) =>
  phases.filter((one) => one.firstS <= lastS && one.lastS >= firstS);

const told = ({ state, firstS, isTurn }: LightPhase): string =>
  isTurn
    ? `light turned ${spokenClass(state)} at ${clockTime(firstS)}`
    : `${spokenClass(state)} light at ${clockTime(firstS)}`;

const finding = (kind: FindingKind, { state, began }: LightPhase, words: string): Finding => ({
  kind,
  className: state,
  timeS: began.timeS,
  frameId: began.frameId,
  epoch: began.epoch,
  boxXyxyPx: began.boxXyxyPx,
  words,
});
