import type { DriveCodes } from '../../similar/code-file.js';
import { nearest } from '../../similar/nearest.js';

/** Maximum number of codes to compare with, and of compared frames; sampled evenly from all. */
const mostCodes = 10_000;
/** Within one drive, frames this close in time look alike whatever they show; seconds. */
const sameSceneS = 30;

/** How far a frame is from everything seen elsewhere. */
export interface Novelty {
  timeS: number;
  /** From 0, the same as elsewhere, to about 1.4, nothing like it. */
  distance: number;
}

/**
 * For each drive, its frames with the distance to the nearest code of another drive; for a single drive, to the
 * nearest one at least half a minute away.
 */
export function noveltyOf(drives: readonly DriveCodes[]): Map<string, Novelty[]> {
  const all = drives.reduce((sum, { timesS }) => sum + timesS.length, 0);
  const every = Math.max(1, Math.ceil(all / mostCodes));
  const thin = wholeDrives(drives).map((drive) => partOf(drive, (place) => place % every === 0));
  const isAlone = thin.length === 1;
  const parts = isAlone ? scenesOf(thin[0]!) : thin;
  const found = new Map<string, Novelty[]>();
  for (const [place, part] of parts.entries()) {
    const apart = isAlone ? 2 : 1;
    const others = parts.filter((_, other) => Math.abs(other - place) >= apart);
    const known = found.get(part.drive) ?? [];
    if (others.length > 0) known.push(...distancesTo(others, part));
    found.set(part.drive, known);
  }
  return found;
}

/** A drive may have several files of codes, as of its pieces: its own frames are not elsewhere. In order of time. */
function wholeDrives(parts: readonly DriveCodes[]): DriveCodes[] {
  const byDrive = new Map<string, DriveCodes[]>();
  for (const part of parts) byDrive.set(part.drive, [...(byDrive.get(part.drive) ?? []), part]);
  return [...byDrive.values()].map((own) => {
    const [first] = own as [DriveCodes];
    if (own.length === 1) return first;
    const frames = own.flatMap(({ timesS, codes, dims }) =>
      Array.from(timesS, (timeS, place) => ({
        timeS,
        code: codes.subarray(place * dims, (place + 1) * dims),
      })),
    );
    frames.sort((a, b) => a.timeS - b.timeS);
    const codes = new Float32Array(frames.length * first.dims);
    for (const [place, { code }] of frames.entries()) codes.set(code, place * first.dims);
    return { ...first, timesS: Float64Array.from(frames, ({ timeS }) => timeS), codes };
  });
}

function distancesTo(others: readonly DriveCodes[], { dims, timesS, codes }: DriveCodes) {
  const frames = Array.from(timesS, (timeS, place): Novelty => {
    const code = codes.subarray(place * dims, (place + 1) * dims);
    const distances = others.map(
      (other) => nearest(other.codes, dims, code, 1)[0]?.distance ?? Number.POSITIVE_INFINITY,
    );
    return { timeS, distance: Math.min(...distances) };
  });
  return frames.filter(({ distance }) => Number.isFinite(distance));
}

/** One drive cut into stretches of equal length; a frame's own stretch and its neighbours do not count as elsewhere. */
function scenesOf(drive: DriveCodes): DriveCodes[] {
  const { timesS } = drive;
  const sceneOf = (place: number) => Math.floor(timesS[place]! / sameSceneS);
  const scenes = timesS.length === 0 ? 0 : sceneOf(timesS.length - 1) + 1;
  return Array.from({ length: scenes }, (_, scene) =>
    partOf(drive, (place) => sceneOf(place) === scene),
  );
}

/** A drive's kept frames, selected by index. */
function partOf(drive: DriveCodes, isKept: (place: number) => boolean): DriveCodes {
  const { timesS, codes, dims } = drive;
  const kept = Array.from(timesS.keys()).filter(isKept);
  const part = new Float32Array(kept.length * dims);
  kept.forEach((place, at) => {
    part.set(codes.subarray(place * dims, (place + 1) * dims), at * dims);
  });
  return {
    ...drive,
    timesS: Float64Array.from(kept, (place) => timesS[place]!),
    codes: part,
    thumbnails: [],
  };
}
