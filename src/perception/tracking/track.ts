import type { Detection } from '../results.js';

/** One object followed from frame to frame. Boxes and velocities in pixels of the captured frame. */
export interface Track {
  /** Above 0 once confirmed, never used twice; 0 before. */
  readonly id: number;
  readonly classId: number;
  /** Centre x, centre y, width, height, and their changes per second. */
  readonly boxCxcywhPx: readonly [number, number, number, number];
  readonly velocityPxPerS: readonly [number, number, number, number];
  /** Frames it was seen in; frames it was missed in since it was seen last. */
  readonly hits: number;
  readonly misses: number;
  /** Seconds since it was seen last, whether or not detection ran. */
  readonly unseenS: number;
}

export interface TrackingSettings {
  /** Least overlap of a detection with a track's predicted box to count as the same object, 0..1. */
  readonly minIou: number;
  /** Frames that an object must be seen in before it gets an id. */
  readonly birthHits: number;
  /** Frames in a row that a confirmed object may be missing; one more and it is forgotten. */
  readonly maxMisses: number;
  /** Seconds after which an object that was not seen is forgotten, even if detection did not run. */
  readonly maxUnseenS: number;
  /** Share of the prediction error that goes into position and velocity (alpha-beta filter), 0..1. */
  readonly positionGain: number;
  readonly velocityGain: number;
}

export const defaultTrackingSettings: TrackingSettings = {
  minIou: 0.25,
  birthHits: 2,
  maxMisses: 5,
  maxUnseenS: 1,
  positionGain: 0.7,
  velocityGain: 0.3,
};

/** The box of a track as left, top, right, bottom. */
export function trackBoxXyxyPx(
  track: Pick<Track, 'boxCxcywhPx'>,
): [number, number, number, number] {
  const [cx, cy, width, height] = track.boxCxcywhPx;
  return [cx - width / 2, cy - height / 2, cx + width / 2, cy + height / 2];
}

/** A track that begins with this detection, unconfirmed and at rest. */
export function beginTrack(detection: Detection): Track {
  return {
    id: 0,
    classId: detection.classId,
    boxCxcywhPx: centreBox(detection),
    velocityPxPerS: [0, 0, 0, 0],
    hits: 1,
    misses: 0,
    unseenS: 0,
  };
}

/** The track `dtS` later at constant velocity; sizes stay at 1 px or more. */
export function predictTrack(track: Track, dtS: number): Track {
  const [cx, cy, width, height] = track.boxCxcywhPx;
  const [vx, vy, vWidth, vHeight] = track.velocityPxPerS;
  return {
    ...track,
    unseenS: track.unseenS + dtS,
    boxCxcywhPx: [
      cx + vx * dtS,
      cy + vy * dtS,
      Math.max(1, width + vWidth * dtS),
      Math.max(1, height + vHeight * dtS),
    ],
  };
}

/**
 * Corrects a predicted track by its matched detection. The prediction error built up since the object was seen last,
 * including frames on which it was missed or detection did not run, so the error is divided by that time.
 */
export function correctTrack(
  predicted: Track,
  detection: Detection,
  settings: TrackingSettings,
): Track {
  const measured = centreBox(detection);
  const surprise = measured.map((value, i) => value - predicted.boxCxcywhPx[i]!);
  // The second sighting sets the velocity; later errors change it only in part.
  const isSecond = predicted.hits === 1;
  const { unseenS } = predicted;
  const gain = unseenS > 0 ? (isSecond ? 1 : settings.velocityGain) / unseenS : 0;
  const blend = isSecond ? 1 : settings.positionGain;
  const at = (i: 0 | 1 | 2 | 3) => predicted.boxCxcywhPx[i] + blend * surprise[i]!;
  const speed = (i: 0 | 1 | 2 | 3) => predicted.velocityPxPerS[i] + gain * surprise[i]!;
  return {
    ...predicted,
    boxCxcywhPx: [at(0), at(1), Math.max(1, at(2)), Math.max(1, at(3))],
    velocityPxPerS: [speed(0), speed(1), speed(2), speed(3)],
    hits: predicted.hits + 1,
    misses: 0,
    unseenS: 0,
  };
}

function centreBox(detection: Detection): [number, number, number, number] {
  const [left, top, right, bottom] = detection.boxXyxyPx;
  return [(left + right) / 2, (top + bottom) / 2, right - left, bottom - top];
}
