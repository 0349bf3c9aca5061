import { columnsTo, textTable } from '../../src/text/text-table.js';
import type { BenchmarkReport, CaseSummary, VariantSummary } from './summary.js';

/** Formats the report for people: one table per case. */
export function reportText(report: BenchmarkReport): string {
  const { machine: m } = report;
  const head = [
    `${report.benchmark}: ${report.operation}`,
    `${m.processor}, ${m.cores} cores, ${m.memoryGiB} GiB; ${m.system}; Node.js ${m.node}; commit ${m.commit ?? 'unknown'}; load before ${m.loadBefore.toFixed(1)}`,
    `${report.rounds} rounds, each variant in a fresh process a round: ${report.warmUp} times to warm up, ${report.samples} timed; medians over the rounds; milliseconds`,
  ];
  return [...head, ...report.cases.map(caseText)].join('\n');
}

function caseText(summary: CaseSummary): string {
  const columns = ['', 'p50', 'p95', 'p99', 'max', 'cpu', 'memory', 'growth', 'ratio', 'cpu ratio'];
  if (summary.resultUnit !== undefined) columns.push(`off by (${summary.resultUnit})`);
  const rows = summary.variants.map((variant) => variantRow(variant, summary));
  const table = textTable([columns, ...rows], { numbers: columnsTo(columns.length - 1) });
  const notes = summary.variants
    .filter(({ note }) => note !== undefined)
    .map(({ name, note }) => `  ${name}: ${note}`);
  const skipped = summary.skipped.map(({ name, why }) => `  ${name}: skipped, ${why}`);
  return ['', summary.name, table, ...notes, ...skipped].join('\n');
}

function variantRow(variant: VariantSummary, { reference, resultUnit }: CaseSummary): string[] {
  const ratio = (value: number | undefined) => (value === undefined ? '-' : value.toFixed(2));
  const row = [
    `${variant.name === reference ? '* ' : '  '}${variant.name}`,
    ...[variant.p50Ms, variant.p95Ms, variant.p99Ms, variant.maxMs, variant.cpuMs].map((ms) =>
      ms.toFixed(3),
    ),
    `${variant.rssMiB.toFixed(0)} MiB`,
    `${variant.grownKiB.toFixed(0)} KiB`,
    ratio(variant.ratio),
    ratio(variant.cpuRatio),
  ];
  if (resultUnit !== undefined && variant.difference !== undefined) {
    const { mean, max } = variant.difference;
    row.push(`${mean.toFixed(2)}, at most ${max.toFixed(1)}`);
  }
  return row;
}
