import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import type { Benchmark, BenchmarkCase, Measurement, Variant } from './benchmark.js';
import { describeMachine } from './machine.js';
import { measure } from './measure.js';
import { reportText } from './report-text.js';
import { type BenchmarkReport, type Round, summarise } from './summary.js';

const run = promisify(execFile);
const defaultRounds = 5;

/**
 * Main function of a benchmark's file. Started by a person, it runs the cases, with a fresh process for each variant and
 * round, reversing the order each round, and prints a table or, with `--json`, one object. The processes run the same
 * file with `--measure`, which names what to time.
 */
export async function runBenchmark(benchmark: Benchmark): Promise<void> {
  const { values } = parseArgs({
    options: {
      case: { type: 'string' },
      rounds: { type: 'string', default: String(defaultRounds) },
      json: { type: 'boolean', default: false },
      measure: { type: 'string' },
      result: { type: 'string' },
    },
  });
  const cases = await benchmark.cases();
  if (values.measure !== undefined) {
    const { variant } = find(cases, values.measure);
    if (!('prepare' in variant)) throw new Error(`${values.measure} measures itself`);
    process.stdout.write(JSON.stringify(await measure(benchmark, variant, values.result!)));
    return;
  }
  const chosen = cases.filter(({ name }) => values.case === undefined || name === values.case);
  if (chosen.length === 0) {
    const known = cases.map(({ name }) => name).join(', ');
    console.error(`--case: expected one of ${known}, found ${values.case}`);
    process.exitCode = 2;
    return;
  }
  const report: BenchmarkReport = {
    benchmark: benchmark.name,
    operation: benchmark.operation,
    machine: describeMachine(),
    rounds: Number(values.rounds),
    warmUp: benchmark.warmUp,
    samples: benchmark.samples,
    cases: [],
  };
  for (const each of chosen) report.cases.push(await runCase(benchmark, each, report.rounds));
  console.log(values.json ? JSON.stringify(report) : reportText(report));
}

async function runCase(benchmark: Benchmark, each: BenchmarkCase, roundCount: number) {
  const scratchDir = mkdtempSync(join(tmpdir(), 'benchmark-'));
  const whyNot = new Map<string, string>();
  for (const variant of each.variants) {
    const reason = 'command' in variant ? variant.whyNot() : undefined;
    if (reason !== undefined) whyNot.set(variant.name, reason);
  }
  const runnable = each.variants.filter(({ name }) => !whyNot.has(name));
  const rounds: Round[] = [];
  try {
    for (let round = 0; round < roundCount; round++) {
      // Reversed each time, so that warming or throttling of the machine favours no variant.
      const order = round % 2 === 0 ? runnable : runnable.toReversed();
      const measured: Round = new Map();
      for (const variant of order) {
        const resultPath = join(scratchDir, `${each.variants.indexOf(variant)}.f32`);
        measured.set(variant.name, await measureApart(benchmark, each, variant, resultPath));
      }
      rounds.push(measured);
    }
    return summarise(each, whyNot, rounds, scratchDir);
  } finally {
    rmSync(scratchDir, { recursive: true });
  }
}

async function measureApart(
  { warmUp, samples }: Benchmark,
  each: BenchmarkCase,
  variant: Variant,
  resultPath: string,
): Promise<Measurement> {
  const self = [process.execPath, process.argv[1]!, '--measure', `${each.name}/${variant.name}`];
  const [file, ...args] =
    'command' in variant
      ? variant.command({ warmUp, samples }, resultPath)
      : [...self, '--result', resultPath];
  const { stdout } = await run(file!, args, { maxBuffer: 64 * 2 ** 20 });
  return JSON.parse(stdout) as Measurement;
}

function find(cases: readonly BenchmarkCase[], path: string) {
  for (const each of cases)
    for (const variant of each.variants)
      if (`${each.name}/${variant.name}` === path) return { each, variant };
  throw new Error(`expected a case and variant of this benchmark, found ${path}`);
}
