import { textTable } from '../../src/text/text-table.js';
import type { RunTime } from './compare-times.js';
import { otherLine, type QuantizeReport } from './run-quantize.js';

/** Result and measurements of a quantisation, as a table for people. */
export function quantizationTable(report: QuantizeReport): string {
  const { bundle, precision, metric, data, count, score, bytes, time, floatLayers } = report;
  const lost = (score.float - score.quantised) * 100;
  const faster = (of: (time: RunTime) => number) =>
    `${ratio(of(time.float), of(time.quantised))} x`;
  const rows = [
    [bundle, 'float32', precision, ''],
    [metric, score.float.toFixed(4), score.quantised.toFixed(4), `${lost.toFixed(2)} points lost`],
    ['network', kilobytes(bytes.float), kilobytes(bytes.quantised), ''],
    ['one run, core', ms(time.float.coreMs), ms(time.quantised.coreMs), faster((t) => t.coreMs)],
    ['one run, clock', ms(time.float.wallMs), ms(time.quantised.wallMs), faster((t) => t.wallMs)],
  ];
  const kept = floatLayers.length === 0 ? 'none' : floatLayers.join(', ');
  return [
    textTable(rows),
    `answers stand ${report.signalToNoiseDb.toFixed(1)} dB above their difference from float32`,
    ...report.others.map(otherLine),
    `scored on ${count} samples of ${data}; layers left in float32: ${kept}`,
  ].join('\n');
}

const ratio = (before: number, after: number): string => (before / after).toFixed(2);
const ms = (value: number): string => `${value.toPrecision(3)} ms`;
const kilobytes = (bytes: number): string => `${Math.round(bytes / 1000)} kB`;
