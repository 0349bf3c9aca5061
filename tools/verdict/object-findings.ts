import type { Finding } from './finding.js';
import { lightFindings } from './light-findings.js';
import { classOf, type ObjectGroup, type ObjectView, readingOf } from './object-groups.js';
import type { Limits } from './rules.js';
import { clockTime, counted, spokenClass, spokenSign } from './words.js';

/** A sign counts as read if it was read in at least this many frames, including remembered readings. */
const minReadings = 3;
/** An object found in fewer than this share of the other run's frames counts as found for a shorter time. */
const shorterShare = 0.6;

/** Differences in each object and each sign of the drive, in order of appearance. */
export function objectFindings(groups: readonly ObjectGroup[], limits: Limits): Finding[] {
  return groups
    .flatMap((group) => findingsOf(group, limits))
    .sort((a, b) => (a.timeS ?? 0) - (b.timeS ?? 0));
}

function findingsOf({ reference, candidate }: ObjectGroup, limits: Limits): Finding[] {
  const longest = Math.max(reference?.frames ?? 0, candidate?.frames ?? 0);
  if (longest < limits.objectFrames) return [];
  const sign = signFinding(reference, candidate);
  if (sign !== undefined) return [sign];
  const lights = lightFindings(reference, candidate, limits);
  // A light that was lost with its box is reported by its states.
  if ((reference === undefined || candidate === undefined) && lights.length > 0) return lights;
  if (reference === undefined) return [goneFinding('object-added', candidate!)];
  if (candidate === undefined) return [goneFinding('object-lost', reference)];
  const findings = [...lights];
  const [before, now] = [classOf(reference), classOf(candidate)];
  const what = spokenClass(before);
  if (before !== now)
    findings.push({
      ...shownAt(reference),
      kind: 'object-renamed',
      className: before,
      words: `${what} at ${clockTime(reference.best.timeS)} called ${spokenClass(now)}`,
    });
  const laterS = candidate.firstS - reference.firstS;
  if (Math.abs(laterS) > limits.seenLaterS) {
    const isLater = laterS > 0;
    findings.push({
      ...shownAt(isLater ? reference : candidate),
      kind: isLater ? 'object-later' : 'object-earlier',
      className: before,
      timeS: Math.min(candidate.firstS, reference.firstS),
      words: `${what} at ${clockTime(reference.firstS)} seen ${Math.abs(laterS).toFixed(1)} s ${isLater ? 'later' : 'earlier'}`,
    });
  }
  const isShorter = candidate.frames < reference.frames * shorterShare;
  const isLonger = reference.frames < candidate.frames * shorterShare;
  if (
    (isShorter || isLonger) &&
    Math.abs(candidate.frames - reference.frames) >= limits.objectFrames
  )
    findings.push({
      ...shownAt(isShorter ? reference : candidate),
      kind: isShorter ? 'object-shorter' : 'object-longer',
      className: before,
      words: `${what} at ${clockTime(reference.best.timeS)} found in ${counted(candidate.frames, 'frame')}, ${reference.frames} before`,
    });
  const pieces = [reference.trackIds.length, candidate.trackIds.length] as const;
  if (pieces[0] !== pieces[1])
    findings.push({
      ...shownAt(pieces[1] > pieces[0] ? candidate : reference),
      kind: pieces[1] > pieces[0] ? 'track-split' : 'track-joined',
      className: before,
      words: `${what} at ${clockTime(reference.best.timeS)} tracked in ${counted(pieces[1], 'piece')}, ${pieces[0]} before`,
    });
  return findings;
}

/** A sign that was lost with its box is reported as that sign. */
function signFinding(
  reference: ObjectView | undefined,
  candidate: ObjectView | undefined,
): Finding | undefined {
  const before = reference && readingOf(reference, minReadings);
  const now = candidate && readingOf(candidate, minReadings);
  if (before === now) return undefined;
  if (before === undefined)
    return {
      ...shownAt(candidate!),
      kind: 'sign-added',
      className: now!,
      words: `${spokenSign(now!)} at ${clockTime(candidate!.best.timeS)} read, not before`,
    };
  const at = `${spokenSign(before)} at ${clockTime(reference!.best.timeS)}`;
  const shown = { ...shownAt(reference!), className: before };
  return now === undefined
    ? { ...shown, kind: 'sign-lost', words: `${at} lost` }
    : { ...shown, kind: 'sign-misread', words: `${at} read as ${spokenClass(now)}` };
}

function goneFinding(kind: 'object-lost' | 'object-added', view: ObjectView): Finding {
  const className = classOf(view);
  const seconds = (view.lastS - view.firstS).toFixed(1);
  const how = kind === 'object-lost' ? 'lost' : 'found, not before';
  const words = `${spokenClass(className)} at ${clockTime(view.best.timeS)} ${how} (${counted(view.frames, 'frame')} in ${seconds} s)`;
  return { ...shownAt(view), kind, className, words };
}

const shownAt = ({ best }: ObjectView) => ({
  timeS: best.timeS,
  frameId: best.frameId,
  epoch: best.epoch,
  boxXyxyPx: best.boxXyxyPx,
});
