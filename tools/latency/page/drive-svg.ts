import { at, label, picture, shownMs, ticksBetween } from '../../page/svg.js';
import type { FrameTiming } from '../frame-timing.js';

/** Position of the plot, so that the page's script finds the frame under the pointer. */
export const drivePlot = {
  widthPx: 960,
  heightPx: 212,
  leftPx: 48,
  rightPx: 8,
  topPx: 12,
  bottomPx: 140,
} as const;
const rugPx = { lost: 155, held: 170, height: 9 } as const;

/** Returns a function from milliseconds of the drive to the x of its dot. */
export function driveScale(lengthMs: number): (captureMs: number) => number {
  const { widthPx, leftPx, rightPx } = drivePlot;
  return (captureMs) => leftPx + (captureMs / Math.max(lengthMs, 1)) * (widthPx - leftPx - rightPx);
}

/**
 * Glass to result over the drive, one dot per frame, with marks below for gaps between published frames, as an SVG
 * element. `shown` are the frames that get a dot; `frames` all, in order.
 */
export function driveSvg(
  frames: readonly FrameTiming[],
  shown: readonly FrameTiming[],
  deadlineMs: number | undefined,
): string {
  const { widthPx, heightPx, leftPx, rightPx, topPx, bottomPx } = drivePlot;
  const x = driveScale(frames.at(-1)!.captureMs);
  const slowest = shown.reduce((most, { publishMs }) => Math.max(most, publishMs), 0);
  const highMs = Math.max(slowest, 1e-3) * 1.04;
  const y = (ms: number) => bottomPx - (ms / highMs) * (bottomPx - topPx);
  const dots = shown
    .map(({ captureMs, publishMs }) => `M${at(x(captureMs))} ${at(y(publishMs))}h0`)
    .join('');
  const gaps = frames.slice(1).flatMap((frame, index) => {
    const before = frames[index]!;
    if (frame.frameId <= before.frameId + 1) return [];
    const width = Math.max(1, x(frame.captureMs) - x(before.captureMs));
    return [box(x(before.captureMs), rugPx.lost, width)];
  });
  // A mode applies from its frame to the next one.
  const held = frames.flatMap((frame, index) => {
    const end = frames[index + 1]?.captureMs ?? frame.captureMs;
    if (frame.mode === '') return [];
    return [box(x(frame.captureMs), rugPx.held, Math.max(1, x(end) - x(frame.captureMs)))];
  });
  return picture(widthPx, heightPx, 'Glass to result over the drive', [
    ...ticksBetween(0, highMs, 4).flatMap((ms) => [
      `<path class="grid" d="M${leftPx} ${at(y(ms))}H${widthPx - rightPx}"/>`,
      label(leftPx - 8, y(ms) + 4, `${ms}`, 'muted', 'end'),
    ]),
    `<path class="dots" stroke-width="${shown.length < 400 ? 7 : 4}" d="${dots}"/>`,
    ...(deadlineMs !== undefined && deadlineMs <= highMs
      ? [
          `<path class="deadline" d="M${leftPx} ${at(y(deadlineMs))}H${widthPx - rightPx}"/>`,
          label(leftPx + 4, y(deadlineMs) - 5, `deadline ${shownMs(deadlineMs)}`),
        ]
      : []),
    gaps.length === 0 ? '' : `<path class="lost" d="${gaps.join('')}"/>`,
    label(leftPx - 8, rugPx.lost + 8, 'lost', 'muted', 'end'),
    held.length === 0
      ? ''
      : `<path class="decode" d="${held.join('')}"/>${label(leftPx - 8, rugPx.held + 8, 'held', 'muted', 'end')}`,
    ...ticksBetween(0, frames.at(-1)!.captureMs / 1000, 10).map((s) =>
      label(x(s * 1000), heightPx - 14, `${s} s`, 'muted', 'middle'),
    ),
    '<path class="cursor" d=""/>',
  ]);
}

const box = (left: number, top: number, width: number) =>
  `M${at(left)} ${top}h${at(width)}v${rugPx.height}h${at(-width)}z`;
