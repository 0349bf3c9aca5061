import { at, escaped, label, picture, shownMs, ticksBetween } from '../../page/svg.js';
import { type Absence, type FrameTiming, lastAnswer, type StageSpan } from '../frame-timing.js';

const widthPx = 960;
const leftPx = 168;
/** Space for a duration after the longest bar. */
const rightPx = 76;
const topPx = 10;
const rowPx = 25;
const barPx = 13;
const axisPx = 26;

interface Segment {
  /** Class in the style sheet that sets its colour. */
  kind: 'capture' | 'queue' | 'preprocess' | 'inference' | 'decode' | 'order';
  fromMs: number;
  toMs: number;
}

/** Tooltip text of each kind. */
const kindWords: Readonly<Record<Segment['kind'], string>> = {
  capture: 'until its pixels were there',
  queue: 'queueing',
  preprocess: 'preprocess',
  inference: 'inference',
  decode: 'decode',
  order: 'waiting for older frames and the main thread',
};

interface Row {
  label: string;
  /** Shown next to the label, such as the lane's number. */
  note: string;
  segments: Segment[];
  /** Shown after the last segment. */
  caption: string;
  isFirstOfGroup: boolean;
}

/** The stages' rows, the same for every frame of a recording: in order, grouped by lane. */
export type StagePlace = readonly [stage: string, lane: string];

/**
 * The life of one frame from capture to the result, as an SVG element: a row for capture, one for each
 * stage under its lane, one for the wait for publishing. The axis ends at `endMs`, or at the frame's own end.
 */
export function timelineSvg(
  frame: FrameTiming,
  places: readonly StagePlace[],
  endMs = frame.publishMs,
): string {
  const rows = rowsOf(frame, places);
  const heightPx = topPx + rows.length * rowPx + axisPx;
  const lengthMs = Math.max(endMs, frame.publishMs, 1e-3);
  const x = (ms: number) => leftPx + (ms / lengthMs) * (widthPx - leftPx - rightPx);
  const bottomPx = topPx + rows.length * rowPx;
  const grid = ticksBetween(0, lengthMs, 8).flatMap((ms) => [
    `<path class="grid" d="M${at(x(ms))} ${topPx}V${at(bottomPx)}"/>`,
    label(x(ms), bottomPx + 16, `${ms}`, 'muted', 'middle'),
  ]);
  return picture(widthPx, heightPx, `Timeline of frame ${frame.frameId}`, [
    ...grid,
    label(leftPx - 12, bottomPx + 16, 'ms', 'muted', 'end'),
    `<path class="publish" d="M${at(x(frame.publishMs))} ${topPx}V${at(bottomPx + 4)}"/>`,
    ...rows.map((row, index) => drawRow(row, topPx + index * rowPx, x)),
  ]);
}

function rowsOf(frame: FrameTiming, places: readonly StagePlace[]): Row[] {
  const lanes = [...new Set(places.map(([, lane]) => lane))];
  const answeredMs = lastAnswer(frame)?.endMs ?? frame.arrivalMs;
  return [
    {
      label: 'capture',
      note: '',
      segments: [{ kind: 'capture', fromMs: 0, toMs: frame.arrivalMs }],
      caption: shownMs(frame.arrivalMs),
      isFirstOfGroup: true,
    },
    ...places.map(([stage, lane], index) => {
      const isFirstOfGroup = lane !== places[index - 1]?.[1];
      const note = isFirstOfGroup && lane !== '' ? `lane ${lanes.indexOf(lane) + 1}` : '';
      const span = frame.stages.find((known) => known.stage === stage);
      if (span !== undefined) return stageRow(span, note, isFirstOfGroup);
      const absence = frame.absent.find((known) => known.stage === stage);
      const caption = absence === undefined ? '–' : describeAbsence(absence);
      return { label: stage, note, segments: [], caption, isFirstOfGroup };
    }),
    {
      label: 'publish',
      note: 'main',
      segments: [{ kind: 'order', fromMs: answeredMs, toMs: frame.publishMs }],
      caption: shownMs(frame.publishMs - answeredMs),
      isFirstOfGroup: true,
    },
  ];
}

const describeAbsence = ({ state, reason }: Absence) =>
  reason === '' ? state : `${state}: ${reason}`;

function stageRow(span: StageSpan, note: string, isFirstOfGroup: boolean): Row {
  const { stage, dispatchMs, startMs, preprocessEndMs, inferenceEndMs, endMs } = span;
  return {
    label: stage,
    note,
    segments: [
      { kind: 'queue', fromMs: dispatchMs, toMs: startMs },
      { kind: 'preprocess', fromMs: startMs, toMs: preprocessEndMs },
      { kind: 'inference', fromMs: preprocessEndMs, toMs: inferenceEndMs },
      { kind: 'decode', fromMs: inferenceEndMs, toMs: endMs },
    ],
    caption: shownMs(endMs - startMs),
    isFirstOfGroup,
  };
}

function drawRow(row: Row, yPx: number, x: (ms: number) => number): string {
  const { segments, isFirstOfGroup } = row;
  const barY = yPx + (rowPx - barPx) / 2;
  const textY = yPx + rowPx / 2 + 4;
  const bars = segments
    .filter(({ fromMs, toMs }) => toMs > fromMs)
    .map(({ kind, fromMs, toMs }) => {
      // Keeps short durations visible.
      const width = Math.max(0.8, x(toMs) - x(fromMs));
      const words = `${row.label}: ${kindWords[kind]} ${shownMs(toMs - fromMs)}, from ${shownMs(fromMs)}`;
      return `<rect class="${kind}" x="${at(x(fromMs))}" y="${at(barY)}" width="${at(width)}" height="${barPx}"><title>${escaped(words)}</title></rect>`;
    });
  const endMs = segments.at(-1)?.toMs ?? 0;
  return [
    isFirstOfGroup ? `<path class="grid" d="M0 ${at(yPx)}H${widthPx}"/>` : '',
    label(0, textY, row.note, 'muted'),
    label(leftPx - 12, textY, row.label, '', 'end'),
    ...bars,
    label(x(endMs) + 6, textY, row.caption, 'muted'),
  ].join('');
}
