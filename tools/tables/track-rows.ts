import type { PerceptionFrame } from '../../src/messages/gen/windshield/v1/perception_pb.js';
import type { TableRow } from './drive-tables.js';
import type { FrameKey } from './rows-of-result.js';

interface TrackSum {
  first: FrameKey;
  last: FrameKey;
  trackId: number;
  frames: number;
  scores: number;
  largestHeightPx: number;
  nearestM: number | null;
  /** Number of frames by class name. */
  classes: Map<string, number>;
  /** Summed probability of each class that its signs were read as. */
  readings: Map<string, number>;
}

/** Sums up a drive's tracks frame by frame; they become rows once the drive is over. */
export class TrackRows {
  readonly #tracks = new Map<string, TrackSum>();

  add(key: FrameKey, frame: PerceptionFrame): void {
    for (const { trackId, className, score, boxPx, groundM } of frame.detections) {
      if (trackId === 0) continue;
      const track = this.#trackOf(key, trackId);
      track.last = key;
      track.frames++;
      track.scores += score;
      track.largestHeightPx = Math.max(
        track.largestHeightPx,
        (boxPx?.yMax ?? 0) - (boxPx?.yMin ?? 0),
      );
      if (groundM !== undefined)
        track.nearestM = Math.min(track.nearestM ?? Number.POSITIVE_INFINITY, groundM.forward);
      raise(track.classes, className, 1);
    }
    for (const { trackId, classId, className, probability } of frame.signs)
      if (trackId !== 0 && classId >= 0)
        raise(this.#trackOf(key, trackId).readings, className, probability);
  }

  *rows(): Generator<TableRow> {
    for (const track of this.#tracks.values())
      yield {
        table: 'tracks',
        row: {
          drive: track.first.drive,
          epoch: track.first.epoch,
          track_id: track.trackId,
          class_name: largestOf(track.classes) ?? '',
          frames: track.frames,
          first_frame_id: track.first.frame_id,
          last_frame_id: track.last.frame_id,
          first_s: track.first.time_s,
          last_s: track.last.time_s,
          mean_score: track.frames === 0 ? 0 : track.scores / track.frames,
          largest_height_px: track.largestHeightPx,
          nearest_m: track.nearestM,
          sign_name: largestOf(track.readings) ?? null,
        },
      };
  }

  #trackOf(key: FrameKey, trackId: number): TrackSum {
    const name = `${key.epoch} ${trackId}`;
    const known = this.#tracks.get(name);
    if (known !== undefined) return known;
    const track: TrackSum = {
      first: key,
      last: key,
      trackId,
      frames: 0,
      scores: 0,
      largestHeightPx: 0,
      nearestM: null,
      classes: new Map(),
      readings: new Map(),
    };
    this.#tracks.set(name, track);
    return track;
  }
}

const raise = (sums: Map<string, number>, name: string, by: number): void => {
  sums.set(name, (sums.get(name) ?? 0) + by);
};

/** The name with the largest sum; the first one of several. */
function largestOf(sums: ReadonlyMap<string, number>): string | undefined {
  let best: string | undefined;
  let most = Number.NEGATIVE_INFINITY;
  for (const [name, sum] of sums) {
    if (sum <= most) continue;
    best = name;
    most = sum;
  }
  return best;
}
