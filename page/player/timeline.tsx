import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { Lane } from './timeline-builder.js';

interface TimelineProps {
  lanes: readonly Lane[];
  durationS: number;
  nowS: number;
  seekTo(seconds: number): void;
}

/** Most rows of bars that overlap in time; further bars share the last row. */
const maxBarRows = 8;
const barRowPx = 7;
const heightOf = (lane: Lane, rows: number) =>
  lane.kind === 'line' ? 36 : lane.kind === 'marks' ? 16 : Math.max(2, rows) * barRowPx + 2;
/** A pointer this near to a mark selects it, CSS pixels. */
const nearPx = 4;

/** The drive's events in lanes; a click seeks. Keyboards reach the same places by the seek bar and the list of events. */
export function Timeline({ lanes, durationS, nowS, seekTo }: TimelineProps) {
  const share = durationS > 0 ? Math.min(1, Math.max(0, nowS / durationS)) : 0;
  return (
    <div class="timeline">
      {lanes.map((lane) => (
        <div class="lane" key={lane.id}>
          <span class="lane-label" title={lane.label}>
            <span>{lane.label}</span>
            {lane.kind === 'line' && <b>{valueAt(lane, nowS)}</b>}
          </span>
          <LaneCanvas lane={lane} durationS={durationS} nowS={nowS} seekTo={seekTo} />
        </div>
      ))}
      <div class="lane ruler" aria-hidden="true">
        <span class="lane-label">s</span>
        <span class="ticks">
          {ticksOf(durationS).map((atS) => (
            <i key={atS} style={{ left: `${(atS / durationS) * 100}%` }}>
              {atS}
            </i>
          ))}
        </span>
      </div>
      <div class="cursor-track" aria-hidden="true">
        <div class="cursor" style={{ left: `${share * 100}%` }} />
      </div>
    </div>
  );
}

/** The last value at or before a time, as text. */
function valueAt({ points, digits = 1 }: Lane, nowS: number): string {
  let [low, high] = [0, points.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    // A stamp that was converted to seconds and back is a little off.
    if (points[middle]![0] <= nowS + 1e-6) low = middle + 1;
    else high = middle;
  }
  return low === 0 ? '' : ` ${points[low - 1]![1].toFixed(digits)}`;
}

/** A few round times in seconds. */
function ticksOf(durationS: number): number[] {
  if (!(durationS > 0)) return [];
  const rough = durationS / 6;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((wide) => wide >= rough)!;
  const digits = Math.max(0, -Math.floor(Math.log10(step)));
  return Array.from({ length: Math.floor(durationS / step) + 1 }, (_, i) =>
    Number((i * step).toFixed(digits)),
  );
}

function LaneCanvas({
  lane,
  durationS,
  nowS,
  seekTo,
}: Omit<TimelineProps, 'lanes'> & { lane: Lane }) {
  const ref = useRef<HTMLCanvasElement>(null);
  const told = useSignal<{ text: string; share: number } | undefined>(undefined);
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
  const placeOf = (event: PointerEvent) => {
    const { left, width } = ref.current!.getBoundingClientRect();
    return { share: (event.clientX - left) / width, widthPx: width };
  };
  const seek = (event: PointerEvent) => seekTo(placeOf(event).share * durationS);
  const tell = (event: PointerEvent) => {
    const { share, widthPx } = placeOf(event);
    const text = wordsAt(lane, share * durationS, (nearPx / widthPx) * durationS);
    told.value = text === '' ? undefined : { text, share };
  };
  return (
    <span class="lane-body">
      <canvas
        ref={ref}
        class={`lane-canvas ${isAlert(lane.id) ? 'alert' : ''}`}
        role="img"
        aria-label={spokenLane(lane, nowS)}
        onPointerDown={(event) => {
          ref.current!.setPointerCapture(event.pointerId);
          seek(event);
        }}
        onPointerMove={(event) => {
          tell(event);
          if (event.buttons === 1) seek(event);
        }}
        onPointerLeave={() => {
          told.value = undefined;
        }}
      />
      {told.value && (
        <span
          class={told.value.share > 0.5 ? 'tip left' : 'tip'}
          style={{ left: `${told.value.share * 100}%` }}
          aria-hidden="true"
        >
          {told.value.text}
        </span>
      )}
    </span>
  );
}

/** A lane's picture in words, for screen readers. */
function spokenLane(lane: Lane, nowS: number): string {
  if (lane.kind !== 'line') return `${lane.label}: ${lane.spans.length} entries`;
  const now = wordsAt(lane, nowS, 0);
  const line = lane.thresholds === undefined ? '' : `, the line stands at ${lane.thresholds[0]}`;
  return `${lane.label}: ${now === '' ? 'no value' : now} at ${nowS.toFixed(2)} s${line}; ${lane.points.length} values`;
}

const isAlert = (id: string) =>
  ['differences', 'drops', 'health'].includes(id.replace(/^here /, ''));
const maxTold = 6;

/** A lane's entries at a time, in words. */
function wordsAt(lane: Lane, atS: number, nearS: number): string {
  const found = lane.spans.filter(
    ({ startS, endS }) => startS - nearS <= atS && atS <= endS + nearS,
  );
  const value = lane.kind === 'line' ? [valueAt(lane, atS).trim()] : [];
  const labels = [...new Set([...value, ...found.map(({ label }) => label)])].filter(Boolean);
  const more = labels.length - maxTold;
  return [...labels.slice(0, maxTold), ...(more > 0 ? [`${more} more`] : [])].join(', ');
}

function drawLane(canvas: HTMLCanvasElement, lane: Lane, durationS: number): void {
  const ratio = devicePixelRatio || 1;
  const rows = lane.kind === 'spans' ? rowsOf(lane.spans) : [];
  const heightCssPx = heightOf(
    lane,
    rows.reduce((most, row) => Math.max(most, row + 1), 0),
  );
  canvas.style.height = `${heightCssPx}px`;
  const widthPx = Math.max(1, Math.round(canvas.clientWidth * ratio));
  const heightPx = Math.round(heightCssPx * ratio);
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
  else
    for (const [i, { startS, endS, colour: own }] of lane.spans.entries()) {
      context.fillStyle = own ?? colour;
      const x = xAt(startS);
      const y = (rows[i]! * barRowPx + 2) * ratio;
      context.fillRect(x, y, Math.max(2 * ratio, xAt(endS) - x), (barRowPx - 2) * ratio);
    }
}

/** A row for each span, so that spans that overlap in time are below each other. */
function rowsOf(spans: Lane['spans']): number[] {
  const rows: number[] = [];
  const ends: number[] = [];
  const order = spans.map((_, i) => i).sort((a, b) => spans[a]!.startS - spans[b]!.startS);
  for (const i of order) {
    const { startS, endS } = spans[i]!;
    let row = ends.findIndex((end) => end < startS);
    if (row < 0) row = Math.min(ends.length, maxBarRows - 1);
    ends[row] = Math.max(endS, ends[row] ?? 0);
    rows[i] = row;
  }
  return rows;
}

function drawLine(
  context: CanvasRenderingContext2D,
  { points, spans, thresholds = [] }: Lane,
  xAt: (seconds: number) => number,
  ratio: number,
): void {
  const values = points.map(([, value]) => value);
  const shown = [...thresholds.map((at) => at * 1.15), 0];
  const least = values.reduce((a, b) => Math.min(a, b), Math.min(...shown));
  const most = values.reduce((a, b) => Math.max(a, b), Math.max(...shown));
  const { height, width } = context.canvas;
  const alert = getComputedStyle(context.canvas).outlineColor;
  const yAt = (value: number) =>
    height - 2 * ratio - ((value - least) / (most - least || 1)) * (height - 4 * ratio);
  context.save();
  context.fillStyle = alert;
  context.strokeStyle = alert;
  context.globalAlpha = 0.25;
  for (const { startS, endS } of spans)
    context.fillRect(xAt(startS), 0, Math.max(2 * ratio, xAt(endS) - xAt(startS)), height);
  context.globalAlpha = 1;
  context.lineWidth = ratio;
  context.setLineDash([4 * ratio, 3 * ratio]);
  for (const at of thresholds) {
    context.beginPath();
    // At the centre of its pixels, or it blurs over two rows.
    const y = Math.floor(yAt(at)) + (Math.round(ratio) % 2) / 2;
    context.moveTo(0, y);
    context.lineTo(width, y);
    context.stroke();
  }
  context.restore();
  context.lineWidth = 1.5 * ratio;
  context.beginPath();
  for (const [atS, value] of points) context.lineTo(xAt(atS), yAt(value));
  context.stroke();
  context.globalAlpha = 0.35;
  context.fillRect(0, yAt(0), width, 1);
  context.globalAlpha = 1;
}
