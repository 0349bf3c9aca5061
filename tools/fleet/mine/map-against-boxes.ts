import type { PerceptionFrame } from '../../../src/messages/gen/windshield/v1/perception_pb.js';
import { peopleClasses, vehicleClasses } from '../../../src/perception/classes.js';
import { decodeRunLengths } from '../../../src/perception/segmentation/run-lengths.js';
import type { MapLookUp } from '../../../src/preprocess/map-look-up.js';
import { boxOf } from '../../verdict/match-detections.js';

/** Grid of cells on which class map and boxes are compared, over the width and height of a frame. */
const grid = { widthPx: 96, heightPx: 54 } as const;
/** Share of a box that must be road user on the class map for the two to agree. */
const leastCovered = 0.25;

/** Road users among the class map's classes: CamVid's names. */
const roadUsers: ReadonlySet<string> = new Set(['car', 'pedestrian', 'bicyclist']);
/** Road users among the detector's classes. */
const roadUserBoxes: ReadonlySet<string> = new Set([...vehicleClasses, ...peopleClasses]);

/**
 * Share of the frame, 0 to 1, on which class map and boxes disagree about road users: those on the map without a box,
 * and boxes of which the map covers less than a quarter. 0 if the frame lacks either answer, or the map has no such
 * classes.
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
      // A cell outside the class map cannot contradict a box.
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

/** Cells whose centre is in a box. */
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
