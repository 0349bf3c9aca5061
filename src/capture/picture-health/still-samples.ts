import { sampleCount, samplesX, samplesY } from './picture-samples.js';

/** Time over which a point is watched, seconds: objects on the road pass meanwhile. */
const windowS = 24;
/** Standard deviation of luma over the window below which a point stands still, and above which the scene moves. */
const stillDeviation = 2;
const movingDeviation = 8;
/** A mean luma above this is sky, which stands still too. */
const skyLuma = 190;
/** Smaller spots are grain; the bonnet and the road reach further along the picture's border. */
const leastCells = 20;
const mostBorderCells = 24;
/** Distance outside a spot at which the scene is checked for movement, points. */
const outside = 3;
const leastRim = 8;

const neighbours = [
  [1, 0],
  [-1, 0],
  [0, 1],
  [0, -1],
] as const;

/**
 * Finds spots that stand still while the scene around them moves: dirt, water or a finger on the lens. A road, a bonnet
 * and a sky stand still as well, but none of them is an island: more than half of a spot's surroundings must move.
 */
export class StillSamples {
  readonly #sums = new Uint32Array(sampleCount);
  readonly #squares = new Float64Array(sampleCount);
  readonly #deviation = new Float32Array(sampleCount);
  readonly #isSeen = new Uint8Array(sampleCount);
  readonly #spot = new Uint16Array(sampleCount);
  #count = 0;
  #startNs: bigint | undefined;
  #last: Uint8Array | undefined;
  #share = 0;

  /** True if no sample differs from the previous picture. */
  isSame(luma: Uint8Array): boolean {
    const last = this.#last;
    this.#last ??= new Uint8Array(sampleCount);
    let isSame = last !== undefined;
    for (let i = 0; i < sampleCount; i++) {
      if (luma[i] !== this.#last[i]) isSame = false;
      this.#last[i] = luma[i]!;
    }
    return isSame;
  }

  /** Returns the share of the picture that the largest spot of the last complete window takes, 0..1. */
  take(luma: Uint8Array, timeNs: bigint): number {
    this.#startNs ??= timeNs;
    this.#count++;
    for (let i = 0; i < sampleCount; i++) {
      const value = luma[i]!;
      this.#sums[i]! += value;
      this.#squares[i]! += value * value;
    }
    if (Number(timeNs - this.#startNs) < windowS * 1e9) return this.#share;
    for (let i = 0; i < sampleCount; i++) {
      const mean = this.#sums[i]! / this.#count;
      const isSky = mean > skyLuma;
      const variance = Math.max(0, this.#squares[i]! / this.#count - mean * mean);
      this.#deviation[i] = isSky ? Number.POSITIVE_INFINITY : Math.sqrt(variance);
    }
    this.#share = this.#largestSpot() / sampleCount;
    this.#sums.fill(0);
    this.#squares.fill(0);
    this.#count = 0;
    this.#startNs = timeNs;
    return this.#share;
  }

  /** Returns the number of points of the largest spot. */
  #largestSpot(): number {
    this.#isSeen.fill(0);
    let largest = 0;
    for (let from = 0; from < sampleCount; from++) {
      if (this.#isSeen[from] === 1 || !this.#isStill(from)) continue;
      const cells = this.#spotFrom(from);
      if (cells > largest) largest = cells;
    }
    return largest;
  }

  /** Returns the number of points of the spot around this one; 0 if it is not dirt. */
  #spotFrom(from: number): number {
    const spot = this.#spot;
    let cells = 0;
    let borderCells = 0;
    let rim = 0;
    let movingRim = 0;
    spot[cells++] = from;
    this.#isSeen[from] = 1;
    for (let at = 0; at < cells; at++) {
      const x = spot[at]! % samplesX;
      const y = Math.floor(spot[at]! / samplesX);
      if (x === 0 || y === 0 || x === samplesX - 1 || y === samplesY - 1) borderCells++;
      for (const [dx, dy] of neighbours) {
        const next = pointAt(x + dx, y + dy);
        if (next < 0) continue;
        if (this.#isStill(next)) {
          if (this.#isSeen[next] === 0) spot[cells++] = next;
          this.#isSeen[next] = 1;
          continue;
        }
        const beyond = pointAt(x + outside * dx, y + outside * dy);
        if (beyond < 0) continue;
        rim++;
        if (this.#deviation[beyond]! >= movingDeviation) movingRim++;
      }
    }
    const isIsland = rim >= leastRim && movingRim > rim / 2 && borderCells <= mostBorderCells;
    return isIsland && cells >= leastCells ? cells : 0;
  }

  #isStill(point: number): boolean {
    return this.#deviation[point]! <= stillDeviation;
  }
}

/** -1 outside of the picture. */
const pointAt = (x: number, y: number) =>
  x < 0 || y < 0 || x >= samplesX || y >= samplesY ? -1 : y * samplesX + x;
