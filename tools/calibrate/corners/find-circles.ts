import type { GreyPicture } from '../../../src/calibration/grey-picture.js';
import { type Board, boardName, boardPointsM, type Search } from '../board/board.js';
import { type Blob, findBlobs } from './blobs.js';

/** A predicted neighbour may be off by this share of the step. */
const tolerance = 0.3;
/** Largest ratio of the areas of neighbouring circles. */
const areaRatio = 2;
const maxSeeds = 40;

/**
 * Finds a grid of dark circles on a bright board: their centres, in rows from the top left. The full grid must be
 * visible. Uses the centre of mass, as OpenCV does; a strong tilt moves it off the projected centre by up to a tenth of a
 * pixel.
 */
export function findCircles(grey: GreyPicture, board: Board): Search {
  const blobs = findBlobs(grey);
  const wanted = latticeOf(board);
  for (const seed of evenly(blobs.length, maxSeeds)) {
    const lattice = growLattice(blobs, seed);
    if (lattice.size < wanted.length) continue;
    const found = matchLattice(lattice, wanted, blobs);
    if (found !== undefined) {
      const ids = Int32Array.from(wanted, (_, i) => i);
      return { found: { ids, pointsPx: found, edgeWidthPx: undefined } };
    }
  }
  return { problem: `no ${boardName(board)} found (${blobs.length} round dark spots)` };
}

const evenly = (count: number, most: number): number[] =>
  Array.from({ length: Math.min(count, most) }, (_, i) =>
    Math.floor((i * count) / Math.min(count, most)),
  );

/** Lattice coordinates of the board's points, in steps between nearest neighbours: along rows and columns, or diagonals. */
function latticeOf(board: Board): [number, number][] {
  const points = boardPointsM({ ...board, squareM: 1 });
  return Array.from({ length: points.length / 2 }, (_, i) => {
    const [x, y] = [points[2 * i]!, points[2 * i + 1]!];
    return board.kind === 'asymmetric-circles' ? [(x + y) / 2, (y - x) / 2] : [x, y];
  });
}

type Step = [number, number];

/** Lattice coordinates of all circles that can be reached from a seed; the second axis is a quarter turn clockwise. */
function growLattice(blobs: readonly Blob[], seed: number): Map<string, number> {
  const places = new Map<string, number>();
  const axes = seedAxes(blobs, seed);
  if (axes === undefined) return places;
  const queue: { blob: number; at: Step; axes: [Step, Step] }[] = [
    { blob: seed, at: [0, 0], axes },
  ];
  const taken = new Set([seed]);
  places.set('0,0', seed);
  while (queue.length > 0) {
    const { blob, at, axes: here } = queue.shift()!;
    for (const [axis, way] of [
      [0, 1],
      [0, -1],
      [1, 1],
      [1, -1],
    ] as const) {
      const key = `${at[0] + (axis === 0 ? way : 0)},${at[1] + (axis === 1 ? way : 0)}`;
      if (places.has(key)) continue;
      const step = here[axis];
      const next = nearestTo(blobs, blob, [step[0] * way, step[1] * way]);
      if (next === undefined || taken.has(next)) continue;
      const moved: Step = [
        (blobs[next]!.u - blobs[blob]!.u) * way,
        (blobs[next]!.v - blobs[blob]!.v) * way,
      ];
      places.set(key, next);
      taken.add(next);
      const nextAxes: [Step, Step] = axis === 0 ? [moved, here[1]] : [here[0], moved];
      queue.push({
        blob: next,
        at: [at[0] + (axis === 0 ? way : 0), at[1] + (axis === 1 ? way : 0)],
        axes: nextAxes,
      });
    }
  }
  return places;
}

/** Steps from a seed to the nearest circle, and to the nearest one well off that line. */
function seedAxes(blobs: readonly Blob[], seed: number): [Step, Step] | undefined {
  const { u, v, area } = blobs[seed]!;
  const steps = blobs
    .filter((blob, i) => i !== seed && blob.area < area * areaRatio && blob.area * areaRatio > area)
    .map((blob): Step => [blob.u - u, blob.v - v])
    .sort((a, b) => Math.hypot(...a) - Math.hypot(...b));
  const first = steps[0];
  if (first === undefined) return undefined;
  const sine = ([x, y]: Step) =>
    (first[0] * y - first[1] * x) / (Math.hypot(...first) * Math.hypot(x, y));
  const second = steps.find((step) => Math.abs(sine(step)) > 0.5);
  if (second === undefined) return undefined;
  return [first, sine(second) > 0 ? second : [-second[0], -second[1]]];
}

function nearestTo(blobs: readonly Blob[], from: number, step: Step): number | undefined {
  const { u, v, area } = blobs[from]!;
  let nearest: number | undefined;
  let least = tolerance * Math.hypot(...step);
  for (const [index, blob] of blobs.entries()) {
    const off = Math.hypot(blob.u - u - step[0], blob.v - v - step[1]);
    if (off >= least || blob.area > area * areaRatio || blob.area * areaRatio < area) continue;
    least = off;
    nearest = index;
  }
  return nearest;
}

/** Turns and shifts the lattice so that all points of the board are in it; of several ways, the one whose rows run right. */
function matchLattice(
  lattice: Map<string, number>,
  wanted: readonly [number, number][],
  blobs: readonly Blob[],
): Float64Array | undefined {
  const found = [...lattice.keys()].map((key) => key.split(',').map(Number) as [number, number]);
  let best: { points: Float64Array; right: number } | undefined;
  for (let turn = 0; turn < 4; turn++) {
    const turned = wanted.map(([a, b]) => turnQuarter(a, b, turn));
    const spare = (axis: 0 | 1) => {
      const all = found.map((place) => place[axis]);
      const own = turned.map((place) => place[axis]);
      return [Math.min(...all) - Math.min(...own), Math.max(...all) - Math.max(...own)] as const;
    };
    const [a0, a1] = spare(0);
    const [b0, b1] = spare(1);
    for (let a = a0; a <= a1; a++)
      for (let b = b0; b <= b1; b++) {
        const ids = turned.map(([x, y]) => lattice.get(`${x + a},${y + b}`));
        if (ids.some((id) => id === undefined)) continue;
        const points = Float64Array.from(ids.flatMap((id) => [blobs[id!]!.u, blobs[id!]!.v]));
        const right = points[2]! - points[0]! + 0.1 * (points[3]! - points[1]!);
        if (best === undefined || right > best.right) best = { points, right };
      }
  }
  return best?.points;
}

function turnQuarter(a: number, b: number, turns: number): [number, number] {
  let place: [number, number] = [a, b];
  for (let i = 0; i < turns; i++) place = [-place[1], place[0]];
  return place;
}
