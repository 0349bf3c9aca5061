import { at, escaped, picture } from '../../page/svg.js';
import type { LatencyReport } from '../latency-report.js';

const widthPx = 960;
const barPx = 20;

/** One bar for all incoming frames, published or lost by reason, and its key, as HTML. */
export function framesBar(frames: LatencyReport['frames']): string {
  const lost = Object.entries(frames.drops).sort(([, a], [, b]) => b - a);
  const parts: [name: string, count: number, className: string, opacity: number][] = [
    ['published', frames.published, 'published', 1],
    // Reasons share a colour and differ in opacity.
    ...lost.map(([reason, count], index): [string, number, string, number] => [
      `dropped: ${reason.replaceAll('_', ' ')}`,
      count,
      'lost',
      Math.max(0.35, 1 - 0.25 * index),
    ]),
    ['not in the recording', frames.unaccounted, 'capture', 1],
  ];
  const shown = parts.filter(([, count]) => count > 0);
  let startPx = 0;
  const bars = shown.map(([, count, className, opacity]) => {
    const partPx = (count / frames.in) * widthPx;
    const left = startPx;
    startPx += partPx;
    return `<rect class="${className}" fill-opacity="${opacity}" x="${at(left)}" y="0" width="${at(Math.max(1, partPx - 1))}" height="${barPx}"/>`;
  });
  const key = shown.map(
    ([name, count, className, opacity]) =>
      `<li><svg viewBox="0 0 12 12" aria-hidden="true"><rect class="${className}" fill-opacity="${opacity}" width="12" height="12"/></svg>${escaped(`${name}: ${count} (${((100 * count) / frames.in).toFixed(1)} %)`)}</li>`,
  );
  return `${picture(widthPx, barPx, 'Where every frame went', bars)}
<ul class="key">${key.join('')}</ul>`;
}
