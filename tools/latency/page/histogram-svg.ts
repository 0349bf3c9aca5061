import { at, escaped, label, picture, shownMs, ticksBetween } from '../../page/svg.js';
import { type Spread, spreadOf } from '../../statistics/percentiles.js';

export interface HistogramOptions {
  title: string;
  widthPx: number;
  heightPx: number;
  /** Drawn as a separate line. */
  deadlineMs?: number | undefined;
}

const topPx = 40;
const bottomPx = 24;
/** Values beyond this multiple of the 99th percentile share one bar, so that they do not squeeze all others. */
const tailFactor = 1.5;

/** Bars of equal width from the fastest to the slowest, with the percentiles marked, as an SVG element. */
export function histogramSvg(valuesMs: readonly number[], options: HistogramOptions): string {
  const { title, widthPx, heightPx, deadlineMs } = options;
  const spread = spreadOf(valuesMs);
  const { lowMs, highMs, counts, beyond } = binned(valuesMs, spread, Math.round(widthPx / 16));
  const plotBottom = heightPx - bottomPx;
  const tailPx = beyond > 0 ? 34 : 0;
  const plotWidth = widthPx - tailPx;
  const x = (ms: number) => ((ms - lowMs) / (highMs - lowMs)) * plotWidth;
  const tallest = Math.max(...counts, beyond, 1);
  // Keeps a single frame among thousands visible.
  const barHeight = (count: number) => Math.max(1.2, (count / tallest) * (plotBottom - topPx));
  const barWidth = plotWidth / counts.length;
  const bar = (left: number, width: number, count: number, words: string) =>
    `<rect class="bar" x="${at(left + 0.5)}" y="${at(plotBottom - barHeight(count))}" width="${at(width - 1)}" height="${at(barHeight(count))}"><title>${escaped(words)}</title></rect>`;
  const bars = counts.flatMap((count, index) => {
    if (count === 0) return [];
    const fromMs = lowMs + ((highMs - lowMs) * index) / counts.length;
    const toMs = lowMs + ((highMs - lowMs) * (index + 1)) / counts.length;
    return [
      bar(index * barWidth, barWidth, count, `${count} of ${shownMs(fromMs)} to ${shownMs(toMs)}`),
    ];
  });
  const tail =
    beyond === 0
      ? []
      : [
          bar(widthPx - 26, 26, beyond, `${beyond} of more than ${shownMs(highMs)}`),
          label(widthPx, heightPx - 8, `>${Math.round(highMs)}`, 'muted', 'end'),
        ];
  const ticks = ticksBetween(lowMs, highMs, widthPx / 90)
    .filter((ms) => x(ms) < plotWidth - 12)
    .map((ms) => label(Math.max(8, x(ms)), heightPx - 8, `${ms}`, 'muted', 'middle'));
  return picture(widthPx, heightPx, `${title}: ${describe(spread)}`, [
    ...bars,
    ...tail,
    `<path class="axis" d="M0 ${at(plotBottom)}H${at(widthPx)}"/>`,
    ...ticks,
    ...markers(spread, highMs, x, plotBottom, plotWidth),
    ...(deadlineMs !== undefined && deadlineMs >= lowMs && deadlineMs <= highMs
      ? [`<path class="deadline" d="M${at(x(deadlineMs))} ${topPx - 8}V${at(plotBottom)}"/>`]
      : []),
  ]);
}

const describe = ({ count, p50, p95, p99, max }: Spread) =>
  `${count} values, p50 ${shownMs(p50)}, p95 ${shownMs(p95)}, p99 ${shownMs(p99)}, max ${shownMs(max)}`;

function binned(valuesMs: readonly number[], spread: Spread, mostBins: number) {
  let lowMs = Math.min(...slice(valuesMs, Math.min));
  let highMs =
    spread.max > tailFactor * spread.p99 ? spread.p99 * 1.25 : Math.max(spread.max, lowMs);
  // If there are no values, or all are equal as far as clocks can tell, the range still gets some width.
  if (!(highMs - lowMs >= 1e-3)) {
    lowMs = Math.max(0, (Number.isFinite(lowMs) ? lowMs : 0) - 0.5);
    highMs = lowMs + 1;
  }
  const wanted = Math.ceil(2 * Math.sqrt(valuesMs.length));
  const counts = new Array<number>(Math.max(8, Math.min(mostBins, wanted))).fill(0);
  let beyond = 0;
  for (const ms of valuesMs) {
    const bin = Math.floor(((ms - lowMs) / (highMs - lowMs)) * counts.length);
    // Rounding may put the largest value slightly beyond the range.
    if (ms > highMs + 1e-3) beyond++;
    else counts[Math.min(counts.length - 1, bin)]!++;
  }
  return { lowMs, highMs, counts, beyond };
}

/** Extreme over slices, because a call takes only a limited number of arguments. */
function slice(values: readonly number[], extreme: (...values: number[]) => number): number[] {
  const extremes: number[] = [];
  for (let i = 0; i < values.length; i += 1000)
    extremes.push(extreme(...values.slice(i, i + 1000)));
  return extremes;
}

/** Lines with names above; each name has its own height, so that close ones do not overlap. */
function markers(
  spread: Spread,
  highMs: number,
  x: (ms: number) => number,
  plotBottom: number,
  plotWidth: number,
): string[] {
  return (['p50', 'p95', 'p99'] as const).flatMap((name, level) => {
    const ms = spread[name];
    if (spread.count === 0 || ms > highMs) return [];
    const place = x(ms);
    const textY = 10 + level * 12;
    const isRight = place < plotWidth - 90;
    return [
      `<path class="marker" d="M${at(place)} ${textY - 8}V${at(plotBottom)}"/>`,
      label(
        place + (isRight ? 4 : -4),
        textY,
        `${name} ${shownMs(ms)}`,
        '',
        isRight ? 'start' : 'end',
      ),
    ];
  });
}
