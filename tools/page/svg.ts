/** Text that may stand in HTML and SVG, also inside double quotes. */
export const escaped = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');

/** Coordinates to a tenth of a unit: enough for any screen, and a third of the bytes. */
export const at = (value: number): string => String(Math.round(value * 10) / 10);

/** Milliseconds with three significant digits or so, and their unit. */
export function shownMs(ms: number): string {
  const digits = ms >= 100 ? 0 : ms >= 10 ? 1 : 2;
  return `${ms.toFixed(digits)} ms`;
}

/** Round numbers from `low` to `high`, about `count` of them, ascending: 1, 2 or 5 times a power of ten apart. */
export function ticksBetween(low: number, high: number, count: number): number[] {
  const rough = (high - low) / count;
  if (!(rough > 0 && Number.isFinite(rough))) return [low];
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5].find((factor) => factor * power >= rough) ?? 10);
  const ticks: number[] = [];
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  // Counted, not compared: next to a large number a small step is no step at all.
  for (let index = 0; index <= Math.min(last - first, 2 * count); index++)
    // Of 3 * 0.1 the digits that nobody meant.
    ticks.push(Number(((first + index) * step).toPrecision(12)));
  return ticks;
}

/** One element of text; `anchor` is the place of x in it. */
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

/** A picture that a reader without eyes is told of by `title`. */
export function picture(
  widthPx: number,
  heightPx: number,
  title: string,
  parts: readonly string[],
): string {
  return `<svg viewBox="0 0 ${at(widthPx)} ${at(heightPx)}" role="img" aria-label="${escaped(title)}">${parts.join('')}</svg>`;
}
