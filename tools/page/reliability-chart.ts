import type { ReliabilityBin } from '../evaluate/probability-calibration.js';
import { at, escaped, label, picture } from './svg.js';

const widthPx = 340;
const heightPx = 330;
const leftPx = 38;
const topPx = 10;
const sidePx = 250;
const countPx = 30;

/**
 * A reliability diagram as an SVG element: for each bin of claimed probability the share that was right, with the
 * diagonal where both are equal, and below it the number of claims in the bin.
 */
export function reliabilityChart(title: string, bins: readonly ReliabilityBin[]): string {
  const x = (probability: number) => leftPx + probability * sidePx;
  const y = (accuracy: number) => topPx + (1 - accuracy) * sidePx;
  const most = Math.max(1, ...bins.map(({ count }) => count));
  const countTop = topPx + sidePx + 22;
  const columns = bins
    .filter(({ count }) => count > 0)
    .map(({ fromProbability, toProbability, count, meanProbability, accuracy }) => {
      const left = x(fromProbability) + 0.5;
      const width = at(x(toProbability) - x(fromProbability) - 1);
      const [high, low] = [
        Math.max(accuracy, meanProbability),
        Math.min(accuracy, meanProbability),
      ];
      // The square root keeps the few unsure claims visible next to thousands of sure ones.
      const barPx = Math.max(1, Math.sqrt(count / most) * countPx);
      const words = `${count} claims of ${meanProbability.toFixed(3)} in the mean, ${accuracy.toFixed(3)} of them right`;
      return [
        `<g><title>${escaped(words)}</title>`,
        `<rect class="s0 fill" x="${at(left)}" y="${at(y(low))}" width="${width}" height="${at(low * sidePx)}"/>`,
        `<rect class="${accuracy < meanProbability ? 'over' : 'under'}" x="${at(left)}" y="${at(y(high))}" width="${width}" height="${at((high - low) * sidePx)}"/>`,
        `<rect class="capture" x="${at(left)}" y="${at(countTop + countPx - barPx)}" width="${width}" height="${at(barPx)}"/></g>`,
      ].join('');
    });
  return picture(widthPx, heightPx, title, [
    ...[0, 0.5, 1].flatMap((value) => [
      `<path class="grid" d="M${leftPx} ${at(y(value))}h${sidePx}"/>`,
      label(leftPx - 6, y(value) + 4, `${value}`, 'muted', 'end'),
      label(x(value), topPx + sidePx + 15, `${value}`, 'muted', 'middle'),
    ]),
    ...columns,
    `<path class="marker" d="M${at(x(0))} ${at(y(0))}L${at(x(1))} ${at(y(1))}"/>`,
    label(x(0.5), heightPx - 4, 'claimed probability', 'muted', 'middle'),
  ]);
}
