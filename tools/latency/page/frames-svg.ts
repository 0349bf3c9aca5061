import type { LatencyReport } from '../latency-report.js';
import { at, escaped, label, picture } from './svg.js';

const widthPx = 960;
const barPx = 18;
const linePx = 20;

/** One bar for all frames that came in: published, and lost by reason, with a line of text each, as an SVG element. */
export function framesSvg(frames: LatencyReport['frames']): string {
  const lost = Object.entries(frames.drops).sort(([, a], [, b]) => b - a);
  const parts: [name: string, count: number, className: string][] = [
    ['published', frames.published, 'published'],
    ...lost.map(([reason, count]): [string, number, string] => [
      `dropped: ${reason.replaceAll('_', ' ')}`,
      count,
      'lost',
    ]),
    ['not in the recording', frames.unaccounted, 'capture'],
  ];
  const shown = parts.filter(([, count]) => count > 0);
  let startPx = 0;
  const drawn = shown.map(([name, count, className], index) => {
    const partPx = (count / frames.in) * widthPx;
    // Reasons share a colour and differ in strength.
    const opacity = className === 'lost' ? Math.max(0.35, 1 - 0.25 * (index - 1)) : 1;
    const words = `${name}: ${count} (${((100 * count) / frames.in).toFixed(1)} %)`;
    const box = (x: number, y: number, width: number, height: number) =>
      `<rect class="${className}" fill-opacity="${opacity}" x="${at(x)}" y="${at(y)}" width="${at(width)}" height="${height}"><title>${escaped(words)}</title></rect>`;
    const textY = barPx + 6 + linePx * (index + 1);
    const part = box(startPx, 4, Math.max(1, partPx - 1), barPx);
    startPx += partPx;
    return part + box(0, textY - 9, 10, 10) + label(18, textY, words);
  });
  return picture(widthPx, barPx + 14 + linePx * shown.length, 'Where every frame went', drawn);
}
