import type { VideoFacts } from './ffprobe.js';

/** Highest frames per second of a camera: a file's rate above this is not trusted. */
export const maxCameraRateHz = 1000;
/** Rate of a video without a rate that a camera can have. */
export const fallbackRateHz = 25;

/** Where each frame of a video belongs: its number and its time. */
export interface FrameSlots {
  /** Frames of the file, including those that do not decode or were never taken; undefined if unknown. */
  count: number | undefined;
  rateHz: number;
  /** Times of the frames by number, seconds, ascending; undefined if the file does not list them. */
  timesS: readonly number[] | undefined;
  /** Time of frame 0 if frames are at even steps; undefined if that is the time of the first frame. */
  gridStartS: number | undefined;
  kind: 'list' | 'grid' | 'count';
  /** True if times follow from the number and the rate: the file's own clock is missing or not to be trusted. */
  isTimedByRate: boolean;
  /** A note for people about a rate that was not trusted. */
  note: string | undefined;
}

/**
 * Derives the number and time of a file's frames from its packets. `list`: every packet has its own presentation time.
 * `grid`: only some have one, or the container announces places without a picture (AVI), but all are at even steps.
 * `count`: neither; frames are numbered as they come. `rateHz` replaces the file's rate.
 */
export function planSlots(facts: VideoFacts, name: string, rateHz?: number): FrameSlots {
  const { announcedFrames, packets, codec } = facts;
  const timed = packets.flatMap(({ timeS }) => (timeS === undefined ? [] : [timeS]));
  timed.sort((a, b) => a - b);
  const isRateSane = facts.rateHz !== undefined && facts.rateHz <= maxCameraRateHz;
  const spanS = (timed.at(-1) ?? 0) - (timed[0] ?? 0);
  const isSpanSane = timed.length < 2 || (timed.length - 1) / spanS <= maxCameraRateHz;
  const rate = rateHz ?? (isRateSane ? facts.rateHz! : fallbackRateHz);
  const count = Math.max(announcedFrames ?? 0, packets.length) || undefined;
  const plain = {
    count,
    rateHz: rate,
    timesS: undefined,
    gridStartS: undefined,
    isTimedByRate: rateHz !== undefined,
    note: undefined,
  };
  // A raw stream, or an impossible clock: times follow from the number of the frame.
  const hasClock = packets.some(
    ({ timeS, hasDecodingTime }) => timeS !== undefined || hasDecodingTime,
  );
  if (!hasClock || !isSpanSane || (facts.rateHz !== undefined && !isRateSane)) {
    const said = facts.rateHz !== undefined && !isRateSane ? facts.rateHz : undefined;
    const note =
      rateHz !== undefined || (said === undefined && isSpanSane)
        ? undefined
        : `${name}: ${said === undefined ? 'its times are' : `it says ${said} frames a second,`} more than any camera takes: timed at ${rate} a second; --frame-rate says another rate (import: --rate)`;
    return { ...plain, kind: 'count', isTimedByRate: true, note };
  }
  const isUnique = timed.every((timeS, i) => i === 0 || timeS > timed[i - 1]!);
  const isAnnounced = (announcedFrames ?? 0) <= packets.length;
  // Packets of VP8 may hold frames that are never shown.
  if (timed.length === packets.length && isUnique && isAnnounced && codec !== 'vp8')
    return { ...plain, kind: 'list', timesS: timed };
  const isEven = (timeS: number) => {
    const place = (timeS - (timed[0] ?? 0)) * rate;
    return Math.abs(place - Math.round(place)) < 0.25 && place < (count ?? 0) + 0.5;
  };
  if (isRateSane && count !== undefined && codec !== 'vp8' && timed.every(isEven)) {
    const gridStartS = timed.length === packets.length ? timed[0] : undefined;
    return { ...plain, kind: 'grid', gridStartS };
  }
  if (timed.length === packets.length && isUnique && codec !== 'vp8')
    return { ...plain, kind: 'list', timesS: timed };
  return { ...plain, kind: 'count', count: codec === 'vp8' ? undefined : count };
}

/** Gives each frame its number and time, from the decoder's time for it. */
export class FramePlacer {
  readonly #slots: FrameSlots;
  #lastId = -1;
  #startS: number | undefined;
  #lastS = Number.NEGATIVE_INFINITY;
  /** Added after the file's clock starts again, as in a file joined from two. */
  #shiftS = 0;

  constructor(slots: FrameSlots) {
    this.#slots = slots;
  }

  /** `timeS`: the decoder's presentation time. Numbers and times always grow. */
  place(timeS: number | undefined): { id: number; timeS: number } {
    const { kind, rateHz, timesS, gridStartS, isTimedByRate } = this.#slots;
    const next = this.#lastId + 1;
    this.#startS ??= (kind === 'list' ? timesS![0] : gridStartS) ?? timeS;
    let id = next;
    if (timeS !== undefined && kind === 'list') id = Math.max(next, nearest(timesS!, timeS));
    if (timeS !== undefined && kind === 'grid')
      id = Math.max(next, Math.round((timeS - this.#startS!) * rateHz));
    this.#lastId = id;
    let placedS = id / rateHz;
    if (!isTimedByRate) {
      placedS =
        timeS === undefined ? this.#lastS + 1 / rateHz : timeS - this.#startS! + this.#shiftS;
      if (placedS <= this.#lastS) {
        this.#shiftS += this.#lastS + 1 / rateHz - placedS;
        placedS = this.#lastS + 1 / rateHz;
      }
      // The first frame sets the start of time, whatever its number.
      if (!Number.isFinite(placedS)) placedS = 0;
    }
    this.#lastS = placedS;
    return { id, timeS: placedS };
  }

  get lastId(): number {
    return this.#lastId;
  }
}

/** Index of the nearest of ascending numbers. */
function nearest(sorted: readonly number[], value: number): number {
  let low = 0;
  let high = sorted.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < value) low = middle + 1;
    else high = middle;
  }
  const isBelow = low > 0 && value - sorted[low - 1]! < sorted[low]! - value;
  return isBelow ? low - 1 : low;
}
