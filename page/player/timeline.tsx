import { useEffect, useRef } from 'preact/hooks';
import type { Lane } from './timeline-builder.js';

interface TimelineProps {
  lanes: readonly Lane[];
  durationS: number;
  nowS: number;
  seekTo(seconds: number): void;
}

const rowHeightPx = { spans: 22, marks: 16, line: 36 } as const;
/** Rows of bars in one lane; further bars share the last one. */
const maxBarRows = 3;

/** The drive's events, a lane each; a click goes there. Keys reach the same places by the seek bar and the list of events. */
export function Timeline({ lanes, durationS, nowS, seekTo }: TimelineProps) {
  const share = durationS > 0 ? Math.min(1, Math.max(0, nowS / durationS)) : 0;
  return (
    <div class="timeline">
      {lanes.map((lane) => (
        <div class="lane" key={lane.id}>
          <span class="lane-label">{lane.label}</span>
          <LaneCanvas lane={lane} durationS={durationS} seekTo={seekTo} />
        </div>
      ))}
      <div class="cursor-track" aria-hidden="true">
        <div class="cursor" style={{ left: `${share * 100}%` }} />
      </div>
    </div>
  );
}

function LaneCanvas({
  lane,
  durationS,
  seekTo,
}: Omit<TimelineProps, 'lanes' | 'nowS'> & { lane: Lane }) {
  const ref = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const canvas = ref.current!;
    const draw = () => drawLane(canvas, lane, durationS);
    draw();
    const observer = new ResizeObserver(draw);
    observer.observe(canvas);
    const dark = matchMedia('(prefers-color-scheme: dark)');
    dark.addEventListener('change', draw);
    return () => {
      observer.disconnect();
      dark.removeEventListener('change', draw);
    };
  }, [lane, lane.spans.length, lane.points.length, durationS]);
  const seek = (event: PointerEvent) => {
    const { left, width } = ref.current!.getBoundingClientRect();
    seekTo(((event.clientX - left) / width) * durationS);
  };
  const count = lane.kind === 'line' ? lane.points.length : lane.spans.length;
  return (
    <canvas
      ref={ref}
      class={`lane-canvas ${lane.kind} ${lane.id === 'differences' ? 'alert' : ''}`}
      role="img"
      aria-label={`${lane.label}: ${count} ${lane.kind === 'line' ? 'values' : 'entries'}`}
      onPointerDown={(event) => {
        ref.current!.setPointerCapture(event.pointerId);
        seek(event);
      }}
      onPointerMove={(event) => {
        if (event.buttons === 1) seek(event);
      }}
    />
  );
}

function drawLane(canvas: HTMLCanvasElement, lane: Lane, durationS: number): void {
  const ratio = devicePixelRatio || 1;
  const widthPx = Math.max(1, Math.round(canvas.clientWidth * ratio));
  const heightPx = Math.round(rowHeightPx[lane.kind] * ratio);
  canvas.width = widthPx;
  canvas.height = heightPx;
  const context = canvas.getContext('2d')!;
  const { color: colour } = getComputedStyle(canvas);
  context.fillStyle = colour;
  context.strokeStyle = colour;
  const xAt = (seconds: number) => (durationS > 0 ? (seconds / durationS) * widthPx : 0);
  if (lane.kind === 'line') drawLine(context, lane, xAt, ratio);
  else if (lane.kind === 'marks')
    for (const { startS } of lane.spans)
      context.fillRect(xAt(startS) - ratio, 0, 2 * ratio, heightPx);
  else drawBars(context, lane, xAt, heightPx, ratio);
}

function drawLine(
  context: CanvasRenderingContext2D,
  { points }: Lane,
  xAt: (seconds: number) => number,
  ratio: number,
): void {
  const values = points.map(([, value]) => value);
  const least = values.reduce((a, b) => Math.min(a, b), 0);
  const most = values.reduce((a, b) => Math.max(a, b), 0);
  const { height } = context.canvas;
  const yAt = (value: number) =>
    height - 2 * ratio - ((value - least) / (most - least || 1)) * (height - 4 * ratio);
  context.lineWidth = 1.5 * ratio;
  context.beginPath();
  for (const [atS, value] of points) context.lineTo(xAt(atS), yAt(value));
  context.stroke();
  context.globalAlpha = 0.35;
  context.fillRect(0, yAt(0), context.canvas.width, 1);
  context.globalAlpha = 1;
}

function drawBars(
  context: CanvasRenderingContext2D,
  { spans }: Lane,
  xAt: (seconds: number) => number,
  heightPx: number,
  ratio: number,
): void {
  const ends: number[] = [];
  const rowPx = heightPx / maxBarRows;
  for (const { startS, endS } of [...spans].sort((a, b) => a.startS - b.startS)) {
    let row = ends.findIndex((end) => end <= startS);
    if (row < 0) row = Math.min(ends.length, maxBarRows - 1);
    ends[row] = Math.max(endS, ends[row] ?? 0);
    const x = xAt(startS);
    context.fillRect(x, row * rowPx + ratio, Math.max(2 * ratio, xAt(endS) - x), rowPx - 2 * ratio);
  }
}
