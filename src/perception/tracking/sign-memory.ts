import type { SignsOutputSpec } from '../../bundle/output-spec.js';
import { logistic } from '../detection/activations.js';
import type { Detection, SignReading } from '../results.js';
import type { SignBatch } from '../signs/decode-signs.js';

/**
 * Evidence of all readings of a sign, by track id: log-probabilities by class, with older readings fading. If a sign may
 * have any number of classes, log odds by class.
 */
export type SignMemory = ReadonlyMap<number, readonly number[]>;

export const emptySignMemory: SignMemory = new Map();

/**
 * Share of the old evidence kept at each new reading. Frames of one sign resemble each other, so their
 * probabilities are not independent; fading bounds what a long look can claim to 1 / (1 - keep) = 4 readings.
 */
const keepEvidence = 0.75;
/** A probability of 0 would rule out a class for ever; for log odds the same holds for 1. */
const leastProbability = 1e-4;

/**
 * Fuses one frame's sign readings over their tracks: log-probabilities add up, older ones fade, and the fused
 * probability is their softmax, or with `answers: labels` the logistic of the class's own log odds. Readings of untracked
 * detections are unchanged. `detections` carry their `trackId`; memory of tracks that are not in `liveTrackIds` is dropped.
 * Pure: returns the next memory.
 */
export function rememberSigns(
  memory: SignMemory,
  batch: SignBatch,
  detections: readonly Detection[],
  liveTrackIds: ReadonlySet<number>,
  spec: SignsOutputSpec,
): { memory: SignMemory; readings: SignReading[] } {
  const next = new Map<number, readonly number[]>();
  for (const [trackId, evidence] of memory)
    if (liveTrackIds.has(trackId)) next.set(trackId, evidence);
  const classCount = spec.classes.length;
  const readings = batch.readings.map((reading, row) => {
    const trackId = detections[reading.detectionIndex]?.trackId ?? 0;
    const fresh = batch.probabilities.subarray(row * classCount, (row + 1) * classCount);
    // NaN in the evidence would stay there as long as the track lives.
    if (trackId === 0 || fresh.some(Number.isNaN)) return reading;
    const old = next.get(trackId);
    const evidence = Array.from({ length: classCount }, (_, c) => {
      return (old?.[c] ?? 0) * keepEvidence + evidenceOf(fresh[c]!, spec);
    });
    next.set(trackId, evidence);
    return { ...reading, ...bestClass(evidence, spec) };
  });
  return { memory: next, readings };
}

/** The remembered reading of a track whose sign was not read again; undefined if there is none. */
export function recallSign(
  memory: SignMemory,
  trackId: number,
  spec: SignsOutputSpec,
): Pick<SignReading, 'classId' | 'probability'> | undefined {
  const evidence = memory.get(trackId);
  return evidence && bestClass(evidence, spec);
}

function evidenceOf(probability: number, { answers }: SignsOutputSpec): number {
  const least = Math.max(leastProbability, probability);
  if (answers !== 'labels') return Math.log(least);
  const within = Math.min(1 - leastProbability, least);
  return Math.log(within / (1 - within));
}

function bestClass(
  evidence: readonly number[],
  { answers, abstainBelow }: SignsOutputSpec,
): Pick<SignReading, 'classId' | 'probability'> {
  const top = Math.max(...evidence);
  const probability =
    answers === 'labels'
      ? logistic(top)
      : 1 / evidence.reduce((total, value) => total + Math.exp(value - top), 0);
  return { classId: probability >= abstainBelow ? evidence.indexOf(top) : -1, probability };
}
