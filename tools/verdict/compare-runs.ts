import { PerceptionError } from '../../src/frame/perception-error.js';
import { accountingFindings } from './accounting-findings.js';
import { delayFindings } from './delay-findings.js';
import { detectionFindings } from './detection-findings.js';
import { type Finding, findingKinds } from './finding.js';
import { lineageFindings } from './lineage-findings.js';
import { mapFindings } from './map-findings.js';
import { matchPairs } from './matched-pair.js';
import { numberFindings } from './number-findings.js';
import { objectFindings } from './object-findings.js';
import { groupObjects } from './object-groups.js';
import { type RecordedRun, ResultsFile } from './open-results.js';
import { type FramePair, type PairedResults, pairResults } from './pair-results.js';
import type { Rules } from './rules.js';
import {
  type SteeringDifference,
  steeringDifference,
  steeringFindings,
} from './steering-findings.js';
import { type TimingDifference, timingDifference, timingFindings } from './timing-findings.js';
import { findTruth, scoreResults } from './truth/score-results.js';
import { truthFindings } from './truth/truth-findings.js';
import type { TruthScores } from './truth/truth-scores.js';
import { clockTime, counted } from './words.js';

/** Comparison of two runs of one drive. */
export interface Comparison {
  reference: RecordedRun;
  candidate: RecordedRun;
  paired: PairedResults;
  /** Pairs that are equal byte for byte, without timing. */
  identicalFrames: number;
  /** Build, machine, networks and provider are the same, so the same bytes are expected. */
  isSameBuild: boolean;
  steering: SteeringDifference | undefined;
  timing: TimingDifference;
  /** Scores of both runs against the ground truth; undefined if no available recording has it. */
  truth: { reference: TruthScores; candidate: TruthScores } | undefined;
  findings: Finding[];
}

/**
 * Compares a recording of results with a reference, and both with the drive's ground truth if `drivePath` or one of
 * the two contains it. Rejects as ResultsFile.open does, and with ERR_RECORDING if the two have no frame in common.
 */
export async function compareRuns(
  referencePath: string,
  candidatePath: string,
  rules: Rules,
  drivePath?: string,
): Promise<Comparison> {
  const truth = await truthOf(referencePath, candidatePath, drivePath);
  const referenceFile = await ResultsFile.open(referencePath);
  try {
    const candidateFile = await ResultsFile.open(candidatePath);
    try {
      const paired = await pairResults(referenceFile, candidateFile);
      const [reference, candidate] = [await referenceFile.facts(), await candidateFile.facts()];
      return compared(paired, reference, candidate, truth, rules);
    } finally {
      await candidateFile.close();
    }
  } finally {
    await referenceFile.close();
  }
}

async function truthOf(
  referencePath: string,
  candidatePath: string,
  drivePath: string | undefined,
): Promise<Comparison['truth']> {
  const truthPath = await findTruth([drivePath, referencePath, candidatePath]);
  if (truthPath === undefined) return undefined;
  const reference = await scoreResults(referencePath, truthPath);
  const candidate = await scoreResults(candidatePath, truthPath);
  return reference && candidate && { reference, candidate };
}

function compared(
  paired: PairedResults,
  reference: RecordedRun,
  candidate: RecordedRun,
  truth: Comparison['truth'],
  rules: Rules,
): Comparison {
  const { pairs, missing, added } = paired;
  if (pairs.length === 0)
    throw new PerceptionError(
      'ERR_RECORDING',
      `${candidate.path}: expected results of the frames of ${reference.path} (${missing.length}), found ${added.length} of other frames`,
    );
  const { limits } = rules;
  const isSameMachine = isEqualFact(reference, candidate, 'machine');
  const lineage = lineageFindings(paired, reference, candidate);
  const isSameBuild =
    isSameMachine && isEqualFact(reference, candidate, 'build') && lineage.length === 0;
  const steering = steeringDifference(pairs);
  const timing = timingDifference(pairs);
  const matched = matchPairs(pairs);
  const seen = [
    ...delayFindings(pairs),
    ...accountingFindings(paired),
    ...detectionFindings(matched, limits),
    ...objectFindings(groupObjects(matched), limits),
    ...steeringFindings(steering, limits),
    ...mapFindings(pairs, limits),
  ];
  const isExpectedEqual = isSameBuild && rules.exact === 'auto';
  const findings = [
    ...otherDrive(pairs),
    ...lineage,
    ...seen,
    ...(truth === undefined ? [] : truthFindings(truth, rules)),
    ...timingFindings(timing, isSameMachine, limits),
    ...(lineage.length === 0 && seen.length === 0
      ? numberFindings(matched, reference, candidate)
      : []),
    ...(isExpectedEqual ? notIdentical(pairs) : []),
  ];
  return {
    reference,
    candidate,
    paired,
    identicalFrames: pairs.filter(({ isIdentical }) => isIdentical).length,
    isSameBuild,
    steering,
    timing,
    truth,
    findings: sorted(findings),
  };
}

/** Whether both runs state this fact and agree. */
function isEqualFact(a: RecordedRun, b: RecordedRun, name: string): boolean {
  return a.run[name] !== undefined && a.run[name] === b.run[name];
}

function otherDrive(pairs: readonly FramePair[]): Finding[] {
  const other = pairs.filter(({ reference: a, candidate: b }) => a.stampNs !== b.stampNs);
  const sizes = pairs[0]!;
  const [before, now] = [sizes.reference, sizes.candidate];
  return [
    ...(other.length === 0
      ? []
      : [
          {
            kind: 'other-drive' as const,
            words: `${counted(other.length, 'frame')} of ${pairs.length} bear another time stamp: is it the same drive`,
          },
        ]),
    ...(before.widthPx === now.widthPx && before.heightPx === now.heightPx
      ? []
      : [
          {
            kind: 'other-drive' as const,
            words: `frames are ${now.widthPx}x${now.heightPx}, ${before.widthPx}x${before.heightPx} before`,
          },
        ]),
  ];
}

function notIdentical(pairs: readonly FramePair[]): Finding[] {
  const other = pairs.filter(({ isIdentical }) => !isIdentical);
  const first = other[0];
  if (first === undefined) return [];
  const { timeS, frameId, epoch } = first;
  const words = `${other.length} of ${counted(pairs.length, 'frame')} differ, though build, machine, networks and provider are the same; the first at ${clockTime(timeS)} (frame ${frameId})`;
  return [{ kind: 'not-identical', words, timeS, frameId, epoch }];
}

const order = Object.keys(findingKinds);

const sorted = (findings: readonly Finding[]): Finding[] =>
  findings.toSorted(
    (a, b) => order.indexOf(a.kind) - order.indexOf(b.kind) || (a.timeS ?? 0) - (b.timeS ?? 0),
  );
