import { roughenQuery } from './rough-codes.js';
import { RoughScan } from './rough-scan.js';
import type { SearchedDrive } from './searched-drive.js';

/** Some frames of a drive. */
export interface FramesOfDrive {
  /** Index of the drive. */
  place: number;
  /** Number of frames in the drives before it. */
  first: number;
  /** In ascending order. */
  frames: number[];
}

/** Bits of a float32 to drop before counting, so that values within a 128th share a bin. */
const countedShift = 16;

/** A lower bound of the distance to a code, for each frame of many drives. */
export class FrameBounds {
  readonly #bounds: Float32Array;
  /** Index of each drive's first frame, and finally the total number. */
  readonly #starts: number[] = [0];
  readonly #counts = new Uint32Array(1 << (32 - countedShift));

  constructor(drives: readonly SearchedDrive[], query: Float32Array) {
    for (const { timesS } of drives) this.#starts.push(this.#starts.at(-1)! + timesS.length);
    this.#bounds = new Float32Array(this.#starts.at(-1)!);
    const scan = new RoughScan(roughenQuery(query));
    for (const [place, { rough }] of drives.entries())
      scan.lowerBounds(
        rough,
        this.#bounds.subarray(this.#starts[place]!, this.#starts[place + 1]!),
      );
    for (const bits of new Uint32Array(this.#bounds.buffer)) this.#counts[bits >>> countedShift]!++;
  }

  /** A bound below which at least `count` frames, and not many more, lie; infinite if there are no more than `count`. */
  least(count: number): number {
    if (count >= this.#bounds.length) return Number.POSITIVE_INFINITY;
    let below = 0;
    let place = 0;
    while (below < count) below += this.#counts[place++]!;
    // Non-negative floats sort like their bits.
    return new Float32Array(Uint32Array.of((place << countedShift) - 1).buffer)[0]!;
  }

  /** Frames whose bounds are above `least` and not above `most`. */
  between(least: number, most: number): FramesOfDrive[] {
    const found: FramesOfDrive[] = [];
    const bounds = this.#bounds;
    let place = 0;
    for (let at = 0; at < bounds.length; at++) {
      const bound = bounds[at]!;
      if (bound > most || bound <= least) continue;
      while (at >= this.#starts[place + 1]!) place++;
      const first = this.#starts[place]!;
      if (found.at(-1)?.place !== place) found.push({ place, first, frames: [] });
      found.at(-1)!.frames.push(at - first);
    }
    return found;
  }
}
