import type {
  GroundTruth,
  PerceptionFrame,
} from '../../src/messages/gen/windshield/v1/perception_pb.js';
import { boxColour, boxLabel } from '../../src/viewer/box-label.js';
import { readingsByBox } from '../../src/viewer/box-reading.js';

type Context = CanvasRenderingContext2D;

const truthColour = '#ffffff';

/** Boxes with class, score, track and what a sign or a light says; sizes suit a frame of `frame.widthPx`. */
export function drawBoxes(context: Context, frame: PerceptionFrame): void {
  const readings = readingsByBox(frame);
  const unit = unitOf(context);
  for (const [index, detection] of frame.detections.entries()) {
    const { boxPx, className, trackId } = detection;
    if (!boxPx) continue;
    const reading = readings.get(index);
    const colour = boxColour(className, reading);
    const what = boxLabel(detection, reading);
    const { xMin, yMin, xMax, yMax } = boxPx;
    context.lineWidth = 2.5 * unit;
    context.strokeStyle = colour;
    context.strokeRect(xMin, yMin, xMax - xMin, yMax - yMin);
    drawLabel(
      context,
      trackId > 0 ? `${what} · ${trackId}` : what,
      xMin,
      yMin,
      colour,
      frame.widthPx,
    );
  }
}

/** What is known to be true, dashed, so that it can be told from what was seen. */
export function drawTruth(context: Context, truth: GroundTruth, widthPx: number): void {
  context.save();
  context.strokeStyle = truthColour;
  context.lineWidth = (1.5 * widthPx) / 1280;
  context.setLineDash([(6 * widthPx) / 1280, (4 * widthPx) / 1280]);
  for (const { boxPx } of truth.objects)
    if (boxPx)
      context.strokeRect(boxPx.xMin, boxPx.yMin, boxPx.xMax - boxPx.xMin, boxPx.yMax - boxPx.yMin);
  context.restore();
}

function drawLabel(
  context: Context,
  words: string,
  xPx: number,
  yPx: number,
  colour: string,
  frameWidthPx: number,
): void {
  const unit = unitOf(context);
  context.font = `600 ${15 * unit}px system-ui, sans-serif`;
  const widthPx = context.measureText(words).width + 8 * unit;
  const left = Math.max(0, Math.min(xPx, frameWidthPx - widthPx));
  const top = Math.max(0, yPx - 20 * unit);
  context.fillStyle = colour;
  context.fillRect(left, top, widthPx, 20 * unit);
  context.fillStyle = '#101418';
  context.fillText(words, left + 4 * unit, top + 15 * unit);
}

/** Frame pixels for one that is drawn at 1280: larger where the canvas is shown small, so that words can be read. */
function unitOf({ canvas }: Context): number {
  return canvas.width / Math.min(1280, Math.max(600, canvas.clientWidth || 1280));
}
