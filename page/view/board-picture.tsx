import { useEffect, useRef } from 'preact/hooks';
import { coverageCells } from '../../src/calibration/board-coverage.js';
import type { CalibrationState } from '../../src/outputs/page/calibration-protocol.js';
import { Sheet } from '../drawing/sheet.js';

const found = '#ffd23f';
const taken = '#4cd697';

/** The camera's picture with the board that was found; parts where no board was yet are dark. */
export function BoardPicture({
  state,
  bitmap,
}: {
  state: CalibrationState | undefined;
  bitmap: ImageBitmap | undefined;
}) {
  const ref = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const context = ref.current!.getContext('2d')!;
    if (state !== undefined && bitmap !== undefined) draw(context, state, bitmap);
  });
  const corners = (state?.pointsPx.length ?? 0) / 2;
  const words =
    state === undefined
      ? 'The camera is not there yet'
      : `Picture: ${corners} points of the ${state.board} found, ${state.taken} pictures taken`;
  return (
    <figure class="picture">
      <canvas ref={ref} width={1280} height={720} role="img" aria-label={words} />
    </figure>
  );
}

function draw(context: CanvasRenderingContext2D, state: CalibrationState, bitmap: ImageBitmap) {
  const { widthPx, heightPx, coverage, pointsPx, cols, isTaken } = state;
  const { unitPx } = new Sheet(context, widthPx, heightPx);
  context.drawImage(bitmap, 0, 0);
  context.fillStyle = 'rgb(10 14 20 / 45%)';
  const [cellPx, rowPx] = [widthPx / coverageCells.cols, heightPx / coverageCells.rows];
  for (const [cell, count] of coverage.entries())
    if (count === 0)
      context.fillRect(
        (cell % coverageCells.cols) * cellPx,
        Math.floor(cell / coverageCells.cols) * rowPx,
        cellPx,
        rowPx,
      );
  context.strokeStyle = isTaken ? taken : found;
  context.fillStyle = context.strokeStyle;
  context.lineWidth = 2 * unitPx;
  // Along the rows in reading order: a board found in the wrong orientation is obvious.
  if (cols !== undefined) {
    context.beginPath();
    for (let i = 0; i < pointsPx.length; i += 2)
      context.lineTo(pointsPx[i]! + 0.5, pointsPx[i + 1]! + 0.5);
    context.stroke();
  }
  for (let i = 0; i < pointsPx.length; i += 2) {
    context.beginPath();
    context.arc(pointsPx[i]! + 0.5, pointsPx[i + 1]! + 0.5, (i === 0 ? 8 : 4) * unitPx, 0, 7);
    context.fill();
  }
}
