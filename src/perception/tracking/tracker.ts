import { boxIouAt } from '../detection/box-iou.js';
import type { Detection } from '../results.js';
import {
  beginTrack,
  correctTrack,
  defaultTrackingSettings,
  predictTrack,
  type Track,
  type TrackingSettings,
  trackBoxXyxyPx,
} from './track.js';

export interface TrackingState {
  readonly tracks: readonly Track[];
  /** The id that the next confirmed track gets. */
  readonly nextId: number;
}

export const initialTrackingState: TrackingState = { tracks: [], nextId: 1 };

/**
 * Advances tracks over a frame without detections: it was dropped, or detection did not run. Tracks move on by their
 * velocity. None counts as missed, but one that was not seen for too long is forgotten. `dtS` is the time since the
 * previous frame, with or without detections. Pure.
 */
export function advanceTracks(
  state: TrackingState,
  dtS: number,
  settings: TrackingSettings = defaultTrackingSettings,
): TrackingState {
  const tracks = state.tracks
    .map((track) => predictTrack(track, dtS))
    .filter(({ unseenS }) => unseenS <= settings.maxUnseenS);
  return { ...state, tracks };
}

/**
 * Follows objects from one frame to the next: tracks are moved on by their velocity, matched with detections of
 * their class by overlap, best first, corrected, begun and forgotten. Frames come in order; `dtS` is the time since the
 * previous frame, which `advanceTracks` took if it had no detections. Pure: returns the next state and the detections
 * with `trackId` set (0 while unconfirmed), in the order they came.
 */
export function trackDetections(
  state: TrackingState,
  detections: readonly Detection[],
  dtS: number,
  settings: TrackingSettings = defaultTrackingSettings,
): { state: TrackingState; detections: Detection[] } {
  const predicted = advanceTracks(state, dtS, settings).tracks;
  const trackOf = assign(predicted, detections, settings.minIou);
  const seen = new Set(trackOf.filter((index) => index >= 0));
  let nextId = state.nextId;
  const tracks: Track[] = [];
  const tracked = detections.map((detection, i): Detection => {
    const index = trackOf[i]!;
    let track =
      index < 0 ? beginTrack(detection) : correctTrack(predicted[index]!, detection, settings);
    if (track.id === 0 && track.hits >= settings.birthHits) track = { ...track, id: nextId++ };
    tracks.push(track);
    return { ...detection, trackId: track.id };
  });
  for (const [index, track] of predicted.entries()) {
    if (seen.has(index)) continue;
    const missed = { ...track, misses: track.misses + 1 };
    // A track that was never confirmed was probably a false detection: it is dropped at once.
    if (track.id > 0 && missed.misses <= settings.maxMisses) tracks.push(missed);
  }
  return { state: { tracks, nextId }, detections: tracked };
}

/** For each detection the index of its track, or -1: pairs of one class in order of falling overlap, each used once. */
function assign(
  tracks: readonly Track[],
  detections: readonly Detection[],
  minIou: number,
): number[] {
  const pairs: { iou: number; track: number; detection: number }[] = [];
  for (const [t, track] of tracks.entries()) {
    const box = trackBoxXyxyPx(track);
    for (const [d, detection] of detections.entries()) {
      if (detection.classId !== track.classId) continue;
      const iou = boxIouAt(box, 0, detection.boxXyxyPx, 0);
      if (iou >= minIou && iou > 0) pairs.push({ iou, track: t, detection: d });
    }
  }
  // Ties are broken by index, so that the same frames always give the same ids.
  pairs.sort((a, b) => b.iou - a.iou || a.track - b.track || a.detection - b.detection);
  const trackOf = detections.map(() => -1);
  const taken = new Set<number>();
  for (const pair of pairs) {
    if (taken.has(pair.track) || trackOf[pair.detection] !== -1) continue;
    taken.add(pair.track);
    trackOf[pair.detection] = pair.track;
  }
  return trackOf;
}
