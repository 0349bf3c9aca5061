import { at, escaped, label, picture, ticksBetween } from './svg.js';

export interface ChartPoint {
  x: number;
  y: number;
}

export interface ChartSeries {
  name: string;
  /** Colour index in the style sheet, 0..8. */
  colour: number;
  points: readonly ChartPoint[];
  /** `line` by default. */
  drawnAs?: 'line' | 'dashed' | 'dots';
}

export interface LineChart {
  /** For screen readers. */
  title: string;
  widthPx: number;
  heightPx: number;
  xName: string;
  /** Fitted to the values if omitted. */
  xRange?: readonly [number, number];
  yRange?: readonly [number, number];
  /** Draws a line from the lower left corner to the upper right one, where both sides are equal. */
  hasDiagonal?: boolean;
  series: readonly ChartSeries[];
  /** Points with a label. */
  marks?: readonly (ChartPoint & { words: string; colour: number })[];
}

const leftPx = 46;
const rightPx = 12;
const topPx = 10;
const bottomPx = 38;

/** Lines or dots over two axes, as an SVG element. Values that are not finite and series without points draw nothing. */
export function lineChart(chart: LineChart): string {
  const { title, widthPx, heightPx, xName, series, marks = [] } = chart;
  const points = series.flatMap((line) => line.points.filter(isDrawable));
  const [xLow, xHigh] = chart.xRange ?? rangeOf(points.map(({ x }) => x));
  const [yLow, yHigh] =
    chart.yRange ??
    rangeOf(
      points.map(({ y }) => y),
      0.04,
    );
  const plotBottom = heightPx - bottomPx;
  const plotRight = widthPx - rightPx;
  const x = (value: number) => leftPx + ((value - xLow) / (xHigh - xLow)) * (plotRight - leftPx);
  const y = (value: number) =>
    plotBottom - ((value - yLow) / (yHigh - yLow)) * (plotBottom - topPx);
  const place = ({ x: valueX, y: valueY }: ChartPoint) => `${at(x(valueX))} ${at(y(valueY))}`;
  const draw = ({ points: all, colour, drawnAs = 'line' }: ChartSeries) => {
    const shown = all.filter(isDrawable);
    if (shown.length === 0) return '';
    // A line with a single point would be invisible.
    if (drawnAs === 'dots' || shown.length === 1)
      return `<path class="s${colour} dots" stroke-width="${shown.length > 400 ? 3 : 5}" d="${shown.map((point) => `M${place(point)}h0`).join('')}"/>`;
    return `<path class="s${colour} line${drawnAs === 'dashed' ? ' dashed' : ''}" d="M${shown.map(place).join('L')}"/>`;
  };
  return picture(widthPx, heightPx, title, [
    ...ticksBetween(yLow, yHigh, heightPx / 50).flatMap((value) => [
      `<path class="grid" d="M${leftPx} ${at(y(value))}H${plotRight}"/>`,
      label(leftPx - 7, y(value) + 4, `${value}`, 'muted', 'end'),
    ]),
    ...ticksBetween(xLow, xHigh, widthPx / 75).map((value) =>
      label(x(value), plotBottom + 16, `${value}`, 'muted', 'middle'),
    ),
    label((leftPx + plotRight) / 2, heightPx - 5, xName, 'muted', 'middle'),
    `<path class="axis" d="M${leftPx} ${at(plotBottom)}H${plotRight}"/>`,
    chart.hasDiagonal
      ? `<path class="marker" d="M${at(x(xLow))} ${at(y(yLow))}L${at(x(xHigh))} ${at(y(yHigh))}"/>`
      : '',
    ...series.map(draw),
    ...marks.map(
      (mark) =>
        `<circle class="s${mark.colour} fill" cx="${at(x(mark.x))}" cy="${at(y(mark.y))}" r="4"><title>${escaped(mark.words)}</title></circle>`,
    ),
  ]);
}

const isDrawable = ({ x, y }: ChartPoint) => Number.isFinite(x) && Number.isFinite(y);

/** The extremes with a margin; the range is never empty. */
function rangeOf(values: readonly number[], roomShare = 0): [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (low > high) return [0, 1];
  const room = (high - low) * roomShare;
  // Equal as far as the chart can tell.
  if (high - low <= Math.abs(high) * 1e-9) return [low - 0.5, high + 0.5];
  return [low - room, high + room];
}

/** The key to the colours, as HTML. */
export function chartKey(series: readonly Pick<ChartSeries, 'name' | 'colour'>[]): string {
  const items = series.map(
    ({ name, colour }) =>
      `<li><svg viewBox="0 0 12 12" aria-hidden="true"><rect class="s${colour} fill" width="12" height="12" rx="2"/></svg>${escaped(name)}</li>`,
  );
  return `<ul class="key">${items.join('')}</ul>`;
}
