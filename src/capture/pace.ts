import type { SourceFrame } from '../frame/frame-source.js';

/**
 * Longest time between two frames of a drive, seconds. After a longer one the clock was set, or two drives were joined.
 */
export const longestGapS = 10;
/** Rate of a source that does not say its own, frames per second. */
const usualRateHz = 20;

/**
 * Decides when the frames of a recorded drive are due in real time: at the source's own times from the first frame on, so
 * that nothing drifts. A gap too long for a drive, or a time that does not advance, is played as one frame's time.
 */
export class Pace {
  readonly #rateFactor: number;
  readonly #frameNs: bigint;
  /** Source time, and when it was due; undefined before the first frame. */
  #start: { sourceNs: bigint; dueNs: bigint } | undefined;
  #last: SourceFrame | undefined;
  #hasNamedStandstill = false;

  /** `rateFactor`: source seconds per second of real time. */
  constructor(rateFactor: number, nominalRateHz: number | undefined) {
    this.#rateFactor = rateFactor;
    const isPlausible = nominalRateHz !== undefined && nominalRateHz > 0.1 && nominalRateHz <= 1000;
    this.#frameNs = BigInt(Math.round(1e9 / (isPlausible ? nominalRateHz : usualRateHz)));
  }

  /** Returns the monotonic time at which the frame is due, nanoseconds, and a note if its time was not trusted. */
  take(frame: SourceFrame, nowNs: bigint): { dueNs: bigint; note: string | undefined } {
    const last = this.#last;
    this.#last = frame;
    if (last === undefined || this.#start === undefined) {
      this.#start = { sourceNs: frame.sourceTimeNs, dueNs: nowNs };
      return { dueNs: nowNs, note: undefined };
    }
    const gapS = Number(frame.sourceTimeNs - last.sourceTimeNs) / 1e9;
    const framesBetween = BigInt(Math.max(1, frame.id - last.id));
    // A gap of many lost frames is plausible: at the nominal rate they would have taken as long.
    const mostS = longestGapS + (Number(framesBetween * this.#frameNs) / 1e9) * 2;
    let note: string | undefined;
    if (gapS > mostS || gapS <= 0) {
      // As if the frame had come one frame's time after the previous one.
      const dueNs = this.#dueNs(last.sourceTimeNs + this.#frameNs);
      this.#start = { sourceNs: frame.sourceTimeNs, dueNs };
      note = gapS > 0 ? describeGap(frame.id, gapS) : this.#standstill(frame.id, gapS);
    }
    return { dueNs: this.#dueNs(frame.sourceTimeNs), note };
  }

  #dueNs(sourceNs: bigint): bigint {
    const { sourceNs: startNs, dueNs } = this.#start!;
    return dueNs + BigInt(Math.round(Number(sourceNs - startNs) / this.#rateFactor));
  }

  #standstill(id: number, gapS: number): string | undefined {
    if (this.#hasNamedStandstill) return undefined;
    this.#hasNamedStandstill = true;
    const how = gapS === 0 ? 'has the time of' : `is ${describeSeconds(-gapS)} before`;
    return `frame ${id} ${how} the frame before it: played at ${1e9 / Number(this.#frameNs)} frames a second where times do not advance`;
  }
}

function describeGap(id: number, gapS: number): string {
  return `frame ${id} comes ${describeSeconds(gapS)} after the frame before it, which no drive does (its clock was set?): played without the gap`;
}

function describeSeconds(seconds: number): string {
  if (seconds < 120) return `${Number(seconds.toPrecision(3))} s`;
  if (seconds < 7200) return `${(seconds / 60).toFixed(0)} min`;
  return seconds < 172_800
    ? `${(seconds / 3600).toFixed(1)} h`
    : `${(seconds / 86_400).toFixed(0)} days`;
}
