import type { CropOutputSpec } from '../../bundle/crop-spec.js';
import type { Detection, SignReading } from '../results.js';
import type { SignBatch } from '../signs/decode-signs.js';

/** The reading of a box whose state may change. */
export interface LightReading extends SignReading {
  /** With `answers: labels`: the labels at or above `abstainBelow`, with their probabilities. */
  labels: { classId: number; probability: number }[];
}

/** Smoothed probability of every class, by track id. */
export type LightMemory = ReadonlyMap<number, Float32Array>;

export const emptyLightMemory: LightMemory = new Map();

/** Share of the old estimate at each reading: a half, so that a change shows one to two frames after it was seen. */
const keepShare = 0.5;

/**
 * Smooths one frame's readings along their tracks: probability = 0.5 * old + 0.5 * new. Lights that were not read on this
 * frame are omitted: they may have changed. Untracked readings are not smoothed. Pure: returns the next memory.
 */
export function smoothLights(
  memory: LightMemory,
  { readings, probabilities }: SignBatch,
  detections: readonly Detection[],
  liveTrackIds: ReadonlySet<number>,
  spec: CropOutputSpec,
): { memory: LightMemory; readings: LightReading[] } {
  const count = spec.classes.length;
  const next = new Map<number, Float32Array>();
  for (const [trackId, known] of memory) if (liveTrackIds.has(trackId)) next.set(trackId, known);
  const smoothed = readings.map(({ detectionIndex }, row): LightReading => {
    const fresh = probabilities.subarray(row * count, (row + 1) * count);
    const trackId = detections[detectionIndex]?.trackId ?? 0;
    const old = next.get(trackId);
    const now = fresh.map((value, c) =>
      old === undefined ? value : keepShare * old[c]! + (1 - keepShare) * value,
    );
    // NaN in the memory would stay there as long as the track lives.
    if (trackId !== 0 && !fresh.some(Number.isNaN)) next.set(trackId, now);
    const best = now.reduce((most, value, c) => (value > now[most]! ? c : most), 0);
    const probability = now[best]!;
    const classId = probability >= spec.abstainBelow ? best : -1;
    const labels =
      spec.answers === 'labels'
        ? [...now].flatMap((value, c) =>
            value >= spec.abstainBelow ? [{ classId: c, probability: value }] : [],
          )
        : [];
    return { classId, probability, detectionIndex, labels };
  });
  return { memory: next, readings: smoothed };
}
