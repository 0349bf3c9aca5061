import type { PerceptionFrame } from '../../../src/messages/gen/windshield/v1/perception_pb.js';
import { peopleClasses, vehicleClasses } from '../../../src/perception/classes.js';
import { decodeRunLengths } from '../../../src/perception/segmentation/run-lengths.js';
import type { MapLookUp } from '../../../src/preprocess/map-look-up.js';
import { boxOf } from '../../verdict/match-detections.js';

/** Places in which class map and boxes are compared, over the width and the height of a frame. */
const grid = { widthPx: 96, heightPx: 54 } as const;
/** Of a box that the class map agrees with, at least this share is its road user. */
const leastCovered = 0.25;

/** Who is on the road, by class of the map: CamVid's names. */
const roadUsers: ReadonlySet<string> = new Set(['car', 'pedestrian', 'bicyclist']);
/** The same by class of the detector. */
const roadUserBoxes: ReadonlySet<string> = new Set([...vehicleClasses, ...peopleClasses]);

/**
 * Share of the frame, 0 to 1, on which class map and boxes do not agree whether a road user is there: what the map calls
 * one and no box covers, and boxes of which the map sees less than a quarter. 0 where the frame lacks either answer, or
 * the map has no such classes.
 */
export function mapAgainstBoxes(
  { segmentation, detections, widthPx, heightPx }: PerceptionFrame,
  lookUp: MapLookUp | undefined,
): number {
  if (segmentation === undefined || lookUp === undefined) return 0;
  const { classNames, runLengths, runClasses } = segmentation;
  const isUser = classNames.map((name) => roadUsers.has(name));
  if (!isUser.includes(true)) return 0;
  const pixels = segmentation.widthPx * segmentation.heightPx;
  const map = decodeRunLengths(runLengths, runClasses, pixels);
  const frame = { widthPx, heightPx };
  const places = lookUp.placesFor(frame, segmentation.widthPx, segmentation.heightPx, grid);
  const isMapped = (cell: number) => places[cell]! >= 0 && isUser[map[places[cell]!]!] === true;
  const isBoxed = new Uint8Array(grid.widthPx * grid.heightPx);
  let differing = 0;
  for (const { className, boxPx } of detections) {
    if (!roadUserBoxes.has(className)) continue;
    let [cells, seen] = [0, 0];
    for (const cell of cellsOf(boxOf(boxPx), frame)) {
      isBoxed[cell] = 1;
      // What the map does not show it cannot deny.
      if (places[cell]! < 0) continue;
      cells++;
      if (isMapped(cell)) seen++;
    }
    if (cells > 0 && seen / cells < leastCovered) differing += cells;
  }
  for (let cell = 0; cell < isBoxed.length; cell++)
    if (isBoxed[cell] === 0 && isMapped(cell)) differing++;
  return Math.min(1, differing / isBoxed.length);
}

/** Cells whose middle lies in a box. */
function* cellsOf(
  [left, top, right, bottom]: readonly number[],
  { widthPx, heightPx }: { widthPx: number; heightPx: number },
): Generator<number> {
  const [stepX, stepY] = [widthPx / grid.widthPx, heightPx / grid.heightPx];
  const first = (edge: number, step: number) => Math.max(0, Math.ceil(edge / step - 0.5));
  for (let y = first(top!, stepY); y < grid.heightPx && (y + 0.5) * stepY < bottom!; y++)
    for (let x = first(left!, stepX); x < grid.widthPx && (x + 0.5) * stepX < right!; x++)
      yield y * grid.widthPx + x;
}
