import type {
  Box,
  GroundTruth,
  PerceptionFrame,
} from '../../src/messages/gen/windshield/v1/perception_pb.js';
import { boxColour, boxLabel } from '../../src/viewer/box-label.js';
import { readingsByBox } from '../../src/viewer/box-reading.js';
import { type LabelArea, leaderLine, placeLabels } from '../../src/viewer/place-labels.js';
import type { Sheet } from './sheet.js';

const truthColour = '#ffffff';
const labelHeight = 20;

/** Draws boxes with class, score, track and readings of signs and lights; the label of the nearest box is placed first. */
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
    const label = {
      widthPx: context.measureText(words).width + 8 * unitPx,
      heightPx: labelHeight * unitPx,
      box: areaOf(boxPx),
    };
    return [{ label, words, colour: boxColour(className, reading) }];
  });
  // Boxes that reach further down are nearer.
  boxes.sort((a, b) => bottomOf(b.label.box) - bottomOf(a.label.box));
  context.lineWidth = 2.5 * unitPx;
  for (const { label, colour } of boxes) strokeBox(sheet, label.box, colour);
  const places = placeLabels(
    boxes.map(({ label }) => label),
    sheet,
  );
  context.lineWidth = 1.5 * unitPx;
  for (const [i, { label, words, colour }] of boxes.entries()) {
    const at = places[i];
    if (at === undefined) continue;
    strokeLeader(sheet, at, label.box, colour);
    drawLabel(sheet, at, words, colour);
  }
}

/** Draws the ground truth dashed, so that it differs from what was seen. */
export function drawTruth(sheet: Sheet, truth: GroundTruth): void {
  const { context, unitPx } = sheet;
  context.save();
  context.lineWidth = 1.5 * unitPx;
  context.setLineDash([6 * unitPx, 4 * unitPx]);
  for (const { boxPx } of truth.objects) if (boxPx) strokeBox(sheet, areaOf(boxPx), truthColour);
  context.restore();
}

const areaOf = ({ xMin, yMin, xMax, yMax }: Box): LabelArea => ({
  x: xMin,
  y: yMin,
  widthPx: xMax - xMin,
  heightPx: yMax - yMin,
});

const bottomOf = ({ y, heightPx }: LabelArea) => y + heightPx;

function strokeBox({ context }: Sheet, { x, y, widthPx, heightPx }: LabelArea, colour: string) {
  context.strokeStyle = colour;
  context.strokeRect(x, y, widthPx, heightPx);
}

/** Draws a line from a label to its box if they are apart. */
function strokeLeader({ context }: Sheet, at: LabelArea, box: LabelArea, colour: string): void {
  const line = leaderLine(at, box);
  if (line === undefined) return;
  context.strokeStyle = colour;
  context.beginPath();
  context.moveTo(...line.from);
  context.lineTo(...line.to);
  context.stroke();
}

function drawLabel({ context, unitPx }: Sheet, at: LabelArea, words: string, colour: string): void {
  context.fillStyle = colour;
  context.fillRect(at.x, at.y, at.widthPx, at.heightPx);
  context.fillStyle = '#101418';
  context.fillText(words, at.x + 4 * unitPx, at.y + 15 * unitPx);
}
