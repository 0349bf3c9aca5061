import type { LatencySummary } from '../../src/pipeline/latency-histogram.js';
import { columnsTo, textTable } from '../../src/text/text-table.js';
import type { BenchReport, RateReport, TrialFrames } from './bench-report.js';

const columns = ['p50', 'p95', 'p99', 'max'] as const;

/** Formats the bench report for people. */
export function formatBench(report: BenchReport): string {
  const { input, machine, limit, peak, page, latency, memory, start, lockstep, ratios } = report;
  const lines = [
    `drive      ${input.path}, ${input.widthPx}x${input.heightPx}, frames ${input.frames}, ${input.signCropsPerFrame} signs a frame`,
    `machine    ${machine.cpu}, ${machine.cores} cores, Node.js ${machine.node}, ONNX Runtime ${machine.onnxruntime}`,
    `load       ${machine.loadAverageBefore} before, ${machine.loadAverageAfter} after${machine.loadAverageBefore > machine.cores / 2 ? ': the machine was not idle, and times mean little' : ''}`,
    ...report.bundles.map(
      ({ task, version, networkSha256, isCertified }) =>
        `bundle     ${task} ${version} ${networkSha256.slice(0, 12)}${isCertified ? '' : ', uncertified'}`,
    ),
  ];
  if (limit !== undefined) {
    lines.push(
      '',
      `limit      ${hz(limit.rateHz)}: the slowest lane of bare sessions (measured ${limit.ratesHz.map((rate) => rate.toFixed(1)).join(', ')})`,
      ...limit.lanes.map(
        (lane) =>
          `           ${lane.stages.join('+')}: ${hz(lane.rateHz)}, p50 ${ms(lane.frameMs.p50)}`,
      ),
      `           ${hz(limit.sharedOutRateHz)} if the work were shared out over the cores`,
      `           longest chain ${limit.longestChain.join(', ')}: ${ms(limit.longestChainMs)}`,
    );
  }
  if (peak !== undefined) {
    const { confirmed, closedLoop } = peak;
    lines.push(
      '',
      confirmed === null
        ? 'peak       no rate went with under 5 % lost'
        : `peak       ${hz(confirmed.rateHz)} offered, ${hz(confirmed.completeRateHz)} complete, ${lossOf(confirmed.frames)}: ${ratio(ratios.peakToLimit)} of the limit`,
      `           closed loop, two on their way: ${hz(closedLoop.completeRateHz)}, ${ratio(ratios.closedLoopToLimit)} of the limit`,
      `           ${ms(closedLoop.cpuMsPerFrame)} on a core for one frame, ${ratio(ratios.cpuToBareSessions)} of the bare sessions'`,
      `           event loop of the main thread, late by p50 ${ms((confirmed ?? closedLoop).eventLoopDelayMs.p50)}, p99 ${ms((confirmed ?? closedLoop).eventLoopDelayMs.p99)}, max ${ms((confirmed ?? closedLoop).eventLoopDelayMs.max)}`,
    );
  }
  if (page !== undefined)
    lines.push(
      '',
      `page       open in ${page.viewer === 'chromium' ? 'headless Chromium' : 'a client that takes pictures'}, ${page.picturesPerSecond} pictures a second`,
      `           peak over limit: ${ratio(ratios.peakToLimit)} without, ${ratio(ratios.peakToLimitWithPage)} with: it falls by ${ratio(ratios.peakFallsWithPage)}`,
      `           closed loop with over without: ${page.closedLoopRatios.map(ratio).join(', ')}: it falls by ${ratio(ratios.closedLoopFallsWithPage)}`,
      `           on a core for one frame, of this process: ${ms(page.closedLoop.without.cpuMsPerFrame)} without, ${ms(page.closedLoop.withPage.cpuMsPerFrame)} with`,
    );
  if (latency !== undefined) {
    const { atHalfPeak, at30Hz } = latency;
    if (atHalfPeak !== null) {
      lines.push('', ...latencyTable(`half the peak, ${hz(atHalfPeak.rateHz)}`, atHalfPeak));
      if (ratios.glassToResultToLongestChain !== null)
        lines.push(
          `glass to result p50 is ${ratio(ratios.glassToResultToLongestChain)} times the longest chain`,
        );
    }
    lines.push('', ...latencyTable('30 frames a second', at30Hz));
  }
  if (memory !== undefined) {
    const { growth, freshBytesPerFrame, frameBytes } = memory;
    const grown =
      growth === null
        ? 'too few frames to say'
        : `${mib(growth.rssBytesAtStart)} to ${mib(growth.rssBytesAtEnd)} over ${growth.frames} frames: ${percent(growth.rssShare)}, ${mib(growth.rssBytesPer1000Frames)} per 1000 frames`;
    lines.push(
      '',
      `memory     ${grown}`,
      `           ${mib(freshBytesPerFrame)} of fresh memory touched a frame; a frame is ${mib(frameBytes)}`,
    );
  }
  if (start !== undefined)
    lines.push(
      '',
      `start      first result after ${start.medianMs} ms (${start.eachMs.join(', ')})`,
    );
  if (lockstep !== undefined)
    lines.push(
      '',
      `lock-step  ${lockstep.frames.in} in = ${lockstep.frames.published} published + ${lockstep.frames.dropped} dropped, twice: ${lockstep.isIdentical ? 'identical results' : 'RESULTS DIFFER'}${lockstep.isAccounted ? '' : ', FRAMES UNACCOUNTED FOR'}`,
      ...[...new Set(lockstep.resultsSha256)].map((sha256) => `           ${sha256}`),
    );
  return lines.join('\n');
}

function latencyTable(title: string, report: RateReport): string[] {
  const rows = [
    [title, ...columns],
    ...Object.entries(report.stages).flatMap(([stage, spans]) => [
      row(stage, spans.totalMs),
      row('  waits for its lane', spans.queueMs),
      row('  preprocess', spans.preprocessMs),
      row('  inference', spans.inferenceMs),
      row('  decode', spans.decodeMs),
    ]),
    row('fuse and publish', report.fuseAndPublishMs),
    row('glass to result', report.glassToResultMs),
  ];
  return [
    textTable(rows, { numbers: columnsTo(columns.length) }),
    `${report.frames.measured} frames, ${lossOf(report.frames)}`,
  ];
}

const row = (label: string, summary: LatencySummary) => [
  label,
  ...columns.map((name) => (summary.count === 0 ? '–' : summary[name].toFixed(2))),
];

const hz = (rateHz: number) => `${rateHz.toFixed(2)} fps`;
const ms = (durationMs: number) => `${durationMs.toFixed(2)} ms`;
const mib = (bytes: number) => `${(bytes / 2 ** 20).toFixed(2)} MiB`;
const percent = (share: number) => `${(share * 100).toFixed(2)} %`;
const ratio = (value: number | null) => (value === null ? '–' : value.toFixed(3));
const lossOf = ({ lossShare }: TrialFrames) => `${percent(lossShare)} lost`;
