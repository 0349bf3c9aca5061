import type { CameraModel } from './camera-model.js';
import { blurGrey, type GreyPicture } from './grey-picture.js';
import { undistort } from './lens.js';

/** A straight edge on the ray plane (X/Z, Y/Z): `nx x + ny y = offset`, the normal of length 1. */
export interface EdgeLine {
  nx: number;
  ny: number;
  offset: number;
  /** Pixels on it. */
  weight: number;
}

const leastGradient = 8;
const [angleBins, offsetStep] = [120, 0.005];
const offsetReach = 1.6;
const offsetBins = Math.ceil((2 * offsetReach) / offsetStep);
const cosines = Float64Array.from({ length: angleBins }, (_, k) =>
  Math.cos((k * Math.PI) / angleBins),
);
const sines = Float64Array.from({ length: angleBins }, (_, k) =>
  Math.sin((k * Math.PI) / angleBins),
);
/** Largest difference in angle, and distance on the ray plane, of a pixel that still belongs to a line. */
const [nearAngleRad, nearOffset] = [0.12, 0.006];
const mostLines = 12;
/** Edges closer to horizontal than this are shadows and cars, not lanes. */
const leastSlopeRad = 0.2;

/** Finds straight edges in the lower half of pictures of the camera's size. Allocates its buffers once. */
export class LaneLineFinder {
  readonly #camera: CameraModel;
  readonly #topPx: number;
  /** Rays of the pixels from `topPx` down, x and y; NaN where the lens shows nothing. */
  readonly #rays: Float32Array;
  readonly #across: Float32Array;
  readonly #blurred: Float32Array;
  readonly #quads: Float64Array;
  readonly #votes = new Uint16Array(angleBins * offsetBins);

  constructor(camera: CameraModel) {
    this.#camera = camera;
    const { widthPx, heightPx } = camera;
    this.#topPx = Math.floor(heightPx * 0.5);
    this.#across = new Float32Array(widthPx * heightPx);
    this.#blurred = new Float32Array(widthPx * heightPx);
    // At most one of two neighbours in a row is the steepest.
    this.#quads = new Float64Array(4 * Math.ceil(widthPx / 2) * (heightPx - this.#topPx));
    this.#rays = new Float32Array(2 * widthPx * (heightPx - this.#topPx)).fill(Number.NaN);
    for (let v = this.#topPx, at = 0; v < heightPx; v++)
      for (let u = 0; u < widthPx; u++, at += 2) {
        const ray = undistort(camera, u, v);
        if (ray !== undefined) this.#rays.set(ray, at);
      }
  }

  /** The strongest edges, strongest first, by a Hough transform that uses the gradient's direction (Ballard, 1981). */
  find(grey: GreyPicture): EdgeLine[] {
    const edges = this.#edges(blurGrey(grey, 1, this.#across, this.#blurred));
    const lines: EdgeLine[] = [];
    while (lines.length < mostLines) {
      const peak = strongest(edges, this.#votes);
      const line = peak && refined(edges, peak);
      if (line === undefined || line.weight < this.#camera.widthPx / 12) break;
      if (Math.abs(line.nx) > Math.sin(leastSlopeRad)) lines.push(line);
    }
    return lines;
  }

  /** Edge pixels as quadruples: ray x, ray y, direction of the normal (radians, 0 to pi), 1 while it belongs to no line. */
  #edges({ data }: GreyPicture): Float64Array {
    const { widthPx, heightPx } = this.#camera;
    const quads = this.#quads;
    let filled = 0;
    for (let v = this.#topPx + 1; v < heightPx - 1; v++)
      for (let u = 2; u < widthPx - 2; u++) {
        const at = v * widthPx + u;
        const gx = data[at + 1]! - data[at - 1]!;
        const steep = Math.abs(gx);
        if (steep < leastGradient) continue;
        // Only the steepest pixel across an edge counts.
        if (Math.abs(data[at]! - data[at - 2]!) > steep) continue;
        if (Math.abs(data[at + 2]! - data[at]!) >= steep) continue;
        const gy = data[at + widthPx]! - data[at - widthPx]!;
        const ray = 2 * ((v - this.#topPx) * widthPx + u);
        const [x, y] = [this.#rays[ray]!, this.#rays[ray + 1]!];
        if (Number.isNaN(x)) continue;
        const angle = Math.atan2(gy, gx);
        quads[filled++] = x;
        quads[filled++] = y;
        quads[filled++] = angle < 0 ? angle + Math.PI : angle % Math.PI;
        quads[filled++] = 1;
      }
    return quads.subarray(0, filled);
  }
}

/** The line with the most votes among pixels that belong to no line yet. Overwrites `votes`. */
function strongest(edges: Float64Array, votes: Uint16Array) {
  votes.fill(0);
  const spread = Math.ceil((nearAngleRad / 2 / Math.PI) * angleBins);
  let best = -1;
  for (let i = 0; i < edges.length; i += 4) {
    if (edges[i + 3] !== 1) continue;
    const bin = Math.round((edges[i + 2]! / Math.PI) * angleBins);
    for (let k = bin - spread; k <= bin + spread; k++) {
      const wrapped = (k + angleBins) % angleBins;
      const offset = edges[i]! * cosines[wrapped]! + edges[i + 1]! * sines[wrapped]!;
      const row = Math.floor((offset + offsetReach) / offsetStep);
      if (row < 0 || row >= offsetBins) continue;
      const cell = wrapped * offsetBins + row;
      votes[cell]!++;
      if (best < 0 || votes[cell]! > votes[best]!) best = cell;
    }
  }
  if (best < 0) return undefined;
  const angle = (Math.floor(best / offsetBins) * Math.PI) / angleBins;
  const offset = ((best % offsetBins) + 0.5) * offsetStep - offsetReach;
  return { nx: Math.cos(angle), ny: Math.sin(angle), offset, weight: votes[best]! };
}

/** Fits the line to the pixels near it, twice; afterwards these belong to no other line. */
function refined(edges: Float64Array, from: EdgeLine): EdgeLine {
  let line = from;
  for (const isLast of [false, true]) {
    const direction = Math.atan2(line.ny, line.nx);
    let [count, sx, sy, sxx, sxy, syy] = [0, 0, 0, 0, 0, 0];
    for (let i = 0; i < edges.length; i += 4) {
      if (edges[i + 3] !== 1) continue;
      const [x, y] = [edges[i]!, edges[i + 1]!];
      if (Math.abs(line.nx * x + line.ny * y - line.offset) > nearOffset) continue;
      if (Math.abs(Math.sin(edges[i + 2]! - direction)) > 2 * nearAngleRad) continue;
      count++;
      sx += x;
      sy += y;
      sxx += x * x;
      sxy += x * y;
      syy += y * y;
      if (isLast) edges[i + 3] = 0;
    }
    if (count < 8) return { ...line, weight: 0 };
    const [mx, my] = [sx / count, sy / count];
    const [cxx, cxy, cyy] = [sxx / count - mx * mx, sxy / count - mx * my, syy / count - my * my];
    // The direction of largest spread; the normal is a quarter turn from it.
    const along = 0.5 * Math.atan2(2 * cxy, cxx - cyy);
    const [nx, ny] = [-Math.sin(along), Math.cos(along)];
    line = { nx, ny, offset: nx * mx + ny * my, weight: count };
  }
  return line;
}
