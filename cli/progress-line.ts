import type { Terminal } from './terminal.js';

const barWidth = 16;
/** More frequent redrawing is not visible. */
const redrawMs = 100;

/** Progress of a piece of work. */
export interface WorkDone {
  done: number;
  /** Undefined if unknown. */
  total: number | undefined;
  /** What is counted, such as `frames`. */
  unit: string;
  /** Units per second; omitted if it would not be informative. */
  perS?: number | undefined;
  remainingS?: number | undefined;
  /** Further details, the most important first, because a narrow window cuts the end. */
  details?: readonly string[];
}

/** `████░░░░░░░░░░░░ 61 of 250 frames  20.4/s  9.3 s left`. */
export function progressText({
  done,
  total,
  unit,
  perS,
  remainingS,
  details = [],
}: WorkDone): string {
  const counted =
    total === undefined ? `${done} ${unit}` : `${bar(done / total)} ${done} of ${total} ${unit}`;
  return [
    counted,
    ...(perS === undefined ? [] : [`${perS.toFixed(1)}/s`]),
    ...(remainingS === undefined ? [] : [`${durationText(remainingS)} left`]),
    ...details,
  ].join('  ');
}

function bar(share: number): string {
  const filled = Math.round(Math.min(1, Math.max(0, share)) * barWidth);
  return '█'.repeat(filled) + '░'.repeat(barWidth - filled);
}

/**
 * Redraws one line while work goes on, if there is a terminal. Otherwise it writes a line every `plainEveryS`
 * seconds, so that short work prints none; nothing at all if that is omitted.
 */
export function showsProgress(
  terminal: Terminal,
  { plainEveryS }: { plainEveryS?: number } = {},
): (work: WorkDone) => void {
  let shownMs = terminal.isInteractive ? Number.NEGATIVE_INFINITY : performance.now();
  return (work) => {
    if (!terminal.isInteractive && plainEveryS === undefined) return;
    const nowMs = performance.now();
    const intervalMs = terminal.isInteractive ? redrawMs : plainEveryS! * 1000;
    const isLast = terminal.isInteractive && work.done === work.total;
    if (nowMs - shownMs < intervalMs && !isLast) return;
    shownMs = nowMs;
    if (terminal.isInteractive) terminal.showLive(progressText(work));
    else terminal.note(progressText(work));
  };
}

/** As showsProgress, for work at a steady rate: rate and remaining time follow from the time since the call. */
export function countsProgress(
  terminal: Terminal,
  unit: string,
): (done: number, total: number | undefined) => void {
  const show = showsProgress(terminal);
  const startMs = performance.now();
  return (done, total) => {
    const perS = (done * 1000) / Math.max(performance.now() - startMs, 1);
    const remainingS = total === undefined ? undefined : (total - done) / Math.max(perS, 1e-3);
    show({ done, total, unit, perS, remainingS });
  };
}

/** `4.2 s`, `42 s`, `12:05` or `3:02:09`. */
export function durationText(seconds: number): string {
  if (seconds < 60) return `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`;
  const whole = Math.round(seconds);
  const two = (value: number) => String(value).padStart(2, '0');
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  return hours > 0
    ? `${hours}:${two(minutes)}:${two(whole % 60)}`
    : `${minutes}:${two(whole % 60)}`;
}
