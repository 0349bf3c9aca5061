import type {
  GroundTruth,
  PerceptionFrame,
} from '../../src/messages/gen/windshield/v1/perception_pb.js';
import { boxColour, boxLabel } from '../../src/viewer/box-label.js';
import { readingsByBox } from '../../src/viewer/box-reading.js';
import { type Area, placeLabels } from './place-labels.js';
import type { Sheet } from './sheet.js';

const truthColour = '#ffffff';
const labelHeight = 20;

/** Boxes with class, score, track and what a sign or a light says; the nearest label stands where it wants to. */
export function drawBoxes(sheet: Sheet, frame: PerceptionFrame): void {
  const { context, unitPx } = sheet;
  const readings = readingsByBox(frame);
  context.font = `600 ${15 * unitPx}px system-ui, sans-serif`;
  const boxes = frame.detections.flatMap((detection, index) => {
    const { boxPx, className, trackId } = detection;
    if (!boxPx) return [];
    const reading = readings.get(index);
    const what = boxLabel(detection, reading);
    const words = trackId > 0 ? `${what} · ${trackId}` : what;
    const boxXyxyPx: Area = [boxPx.xMin, boxPx.yMin, boxPx.xMax, boxPx.yMax];
    const labelWidthPx = context.measureText(words).width + 8 * unitPx;
    return [{ boxXyxyPx, labelWidthPx, words, colour: boxColour(className, reading) }];
  });
  // What stands further down is nearer.
  boxes.sort((a, b) => b.boxXyxyPx[3] - a.boxXyxyPx[3]);
  context.lineWidth = 2.5 * unitPx;
  for (const { boxXyxyPx, colour } of boxes) strokeBox(sheet, boxXyxyPx, colour);
  const areas = placeLabels(boxes, labelHeight * unitPx, sheet.widthPx, sheet.heightPx);
  for (const [i, { words, colour }] of boxes.entries()) drawLabel(sheet, areas[i]!, words, colour);
}

/** What is known to be true, dashed, so that it can be told from what was seen. */
export function drawTruth(sheet: Sheet, truth: GroundTruth): void {
  const { context, unitPx } = sheet;
  context.save();
  context.lineWidth = 1.5 * unitPx;
  context.setLineDash([6 * unitPx, 4 * unitPx]);
  for (const { boxPx } of truth.objects)
    if (boxPx) strokeBox(sheet, [boxPx.xMin, boxPx.yMin, boxPx.xMax, boxPx.yMax], truthColour);
  context.restore();
}

function strokeBox({ context }: Sheet, [left, top, right, bottom]: Area, colour: string): void {
  context.strokeStyle = colour;
  context.strokeRect(left, top, right - left, bottom - top);
}

function drawLabel({ context, unitPx }: Sheet, area: Area, words: string, colour: string): void {
  const [left, top, right, bottom] = area;
  context.fillStyle = colour;
  context.fillRect(left, top, right - left, bottom - top);
  context.fillStyle = '#101418';
  context.fillText(words, left + 4 * unitPx, top + 15 * unitPx);
}
