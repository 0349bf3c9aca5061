/** Escapes text for HTML and SVG, also inside double quotes. */
export const escaped = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');

/** Coordinates to a tenth of a unit: enough for any screen, and a third of the bytes. */
export const at = (value: number): string => String(Math.round(value * 10) / 10);

/** Milliseconds with about three significant digits, and their unit. */
export function shownMs(ms: number): string {
  const digits = ms >= 100 ? 0 : ms >= 10 ? 1 : 2;
  return `${ms.toFixed(digits)} ms`;
}

/** About `count` round numbers from `low` to `high`, ascending; their step is 1, 2 or 5 times a power of ten. */
export function ticksBetween(low: number, high: number, count: number): number[] {
  const rough = (high - low) / count;
  if (!(rough > 0 && Number.isFinite(rough))) return [low];
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5].find((factor) => factor * power >= rough) ?? 10);
  const ticks: number[] = [];
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  // Counts steps instead of comparing: added to a large number, a small step may change nothing.
  for (let index = 0; index <= Math.min(last - first, 2 * count); index++)
    // Removes rounding digits, as in 3 * 0.1.
    ticks.push(Number(((first + index) * step).toPrecision(12)));
  return ticks;
}

/** One text element; `anchor` is the position of x within it. */
export function label(
  x: number,
  y: number,
  text: string,
  className = '',
  anchor: 'start' | 'middle' | 'end' = 'start',
): string {
  const kind = className === '' ? '' : ` class="${className}"`;
  const place = anchor === 'start' ? '' : ` text-anchor="${anchor}"`;
  return `<text x="${at(x)}" y="${at(y)}"${kind}${place}>${escaped(text)}</text>`;
}

/** An SVG picture; `title` describes it to screen readers. */
export function picture(
  widthPx: number,
  heightPx: number,
  title: string,
  parts: readonly string[],
): string {
  return `<svg viewBox="0 0 ${at(widthPx)} ${at(heightPx)}" role="img" aria-label="${escaped(title)}">${parts.join('')}</svg>`;
}
