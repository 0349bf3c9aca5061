import { Command } from 'commander';
import { guardOutputs } from '../src/files/output-guard.js';
import { measuredJson } from '../src/text/measured-json.js';
import { addLimitFlags, giveVerdict, type LimitFlags, readLimits } from './limit-flags.js';
import { numberOf } from './option-parsers.js';
import { reportFiles } from './report-files.js';
import { Terminal } from './terminal.js';

interface LatencyFlags extends LimitFlags {
  json?: true;
  html?: string;
  deadlineMs?: number;
}

/** `windshield latency <results.mcap>`: reports all durations, from a recording of results alone. */
export function latencyCommand(): Command {
  const command = new Command('latency')
    .summary('print how long everything took, from a recording of results alone')
    .description(
      'Reads a recording of results (windshield replay --out) and says how long its frames took from\n' +
        'glass to result and in every stage, how evenly results left, which missed a deadline, and which\n' +
        'frames were dropped for what reason. Percentiles are exact, over all frames. docs/latency.md\n' +
        'defines every number.',
    )
    .argument('<results.mcap>', 'a recording of results')
    .option(
      '--deadline-ms <n>',
      'count results later than this after capture',
      numberOf({ above: 0, what: 'milliseconds' }),
    )
    .option('--html <report.html>', 'also write one self-contained page: histograms and timelines')
    .option('--json', 'print one JSON object instead of the table')
    .action(async (path: string, flags: LatencyFlags) => {
      await showLatency(path, flags);
    });
  return addLimitFlags(command, { min: 'max=1ms', max: 'p99=50ms' });
}

async function showLatency(path: string, flags: LatencyFlags): Promise<void> {
  const { json, html, deadlineMs } = flags;
  const limits = await readLimits(flags);
  const { readLineage } = await import('../tools/latency/read-lineage.js');
  const { buildLatencyReport } = await import('../tools/latency/latency-report.js');
  const { formatLatencyReport, lossNotes } = await import('../tools/latency/format-report.js');
  const terminal = new Terminal();
  guardOutputs(reportFiles(flags), [{ role: 'the recording', path }]);
  const lineage = await readLineage(path);
  const report = buildLatencyReport(lineage, deadlineMs);
  for (const note of lossNotes(report)) terminal.note(`${path}: ${note}`);
  if (html !== undefined) {
    const { writeReportPage } = await import('../tools/latency/page/write-report-page.js');
    await writeReportPage(html, report, lineage.frames);
    terminal.note(`wrote ${html}`);
  }
  terminal.print(json ? measuredJson(report) : formatLatencyReport(report));
  const { latencyNumbers } = await import('../tools/latency/latency-numbers.js');
  await giveVerdict('windshield latency', limits, latencyNumbers(report), flags.junit, terminal);
}
