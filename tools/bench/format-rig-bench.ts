import { columnsTo, textTable } from '../../src/text/text-table.js';
import type { RigBenchReport } from './run-rig-bench.js';

/** Formats the rig's bench report for people. */
export function formatRigBench({
  machine,
  cameras,
  frames,
  peak,
  lockstep,
}: RigBenchReport): string {
  const { cpu, cores, node, onnxruntime, loadAverageBefore, loadAverageAfter } = machine;
  const lines = [
    ...Object.entries(cameras).map(([name, { source, widthPx, heightPx, nominalRateHz }]) => {
      return `camera     ${name}: ${source}, ${widthPx}x${heightPx}, ${nominalRateHz.toFixed(1)} frames a second, frames ${frames}`;
    }),
    `machine    ${cpu}, ${cores} cores, Node.js ${node}, ONNX Runtime ${onnxruntime}`,
    `load       ${loadAverageBefore} before, ${loadAverageAfter} after${loadAverageBefore > cores / 2 ? ': the machine was not idle, and times mean little' : ''}`,
  ];
  if (peak !== undefined)
    lines.push(
      '',
      peak.pace === null
        ? 'peak       no pace went with under 5 % lost on every camera'
        : `peak       all cameras together at ${peak.pace.toFixed(2)} times the recorded pace`,
    );
  if (peak?.confirmed) {
    const rows = Object.entries(peak.confirmed).map(([name, report]) => {
      const { p50, p99, max } = report.glassToResultMs;
      return [
        name,
        report.rateHz.toFixed(1),
        report.completeRateHz.toFixed(1),
        `${(report.frames.lossShare * 100).toFixed(1)} %`,
        ...[p50, p99, max].map((value) => value.toFixed(1)),
      ];
    });
    const head = ['camera', 'offered Hz', 'complete Hz', 'lost', 'p50 ms', 'p99 ms', 'max ms'];
    lines.push(textTable([head, ...rows], { numbers: columnsTo(head.length - 1) }));
  }
  if (lockstep !== undefined) {
    const { isIdentical, frames: counted } = lockstep;
    const told = Object.entries(counted).map(([name, one]) => `${name} ${one.published}`);
    lines.push(
      '',
      `lock-step  two runs ${isIdentical ? 'agree' : 'DIFFER'} byte for byte (${told.join(', ')} frames)`,
    );
  }
  return lines.join('\n');
}
