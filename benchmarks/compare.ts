import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { median } from '../src/frame/median.js';
import { measured, measuredJson } from '../src/text/measured-json.js';
import { didYouMean } from '../src/text/nearest-word.js';
import type { BenchmarkReport } from './harness/summary.js';

// Runs one benchmark at two commits in turn on this machine:
//   node dist/benchmarks/compare.js main~5 main preprocess --rounds 5
// Both commits use this working tree's installed packages.
const usage = 'compare.js <before> <after> <benchmark> [--case name] [--rounds n] [--json]';

interface Comparison {
  case: string;
  variant: string;
  beforeP50Ms: number;
  afterP50Ms: number;
  /** After divided by before, medians over the rounds; below 1 is faster. */
  ratio: number;
  cpuRatio: number;
}

/** Prints one line and exits with code 2, as the command line does. */
function refuse(message: string): never {
  console.error(`compare: ${message}`);
  process.exit(2);
}

/** Resolves a name to a commit. */
function commitOf(name: string): string {
  const found = spawnSync('git', ['rev-parse', '--verify', '--quiet', `${name}^{commit}`]);
  if (found.error) refuse(`expected git, found ${found.error.message}`);
  if (found.status !== 0) refuse(`expected a commit of this repository, found "${name}"`);
  return found.stdout.toString().trim();
}

/** Checks out a commit into a separate folder and builds it. */
function checkOut(commit: string, dir: string): void {
  mkdirSync(dir);
  const archive = execFileSync('git', ['archive', commit], { maxBuffer: 512 * 2 ** 20 });
  execFileSync('tar', ['-x', '-C', dir], { input: archive });
  symlinkSync(resolve('node_modules'), join(dir, 'node_modules'));
  execFileSync(process.execPath, ['bin/build.js'], { cwd: dir });
}

function measureRound(dir: string, benchmark: string, chosen: string[]): BenchmarkReport {
  const args = [`dist/benchmarks/${benchmark}.js`, '--rounds', '1', '--json', ...chosen];
  const output = execFileSync(process.execPath, args, { cwd: dir, maxBuffer: 64 * 2 ** 20 });
  return JSON.parse(output.toString()) as BenchmarkReport;
}

/** Variants that both commits have, with their medians over the rounds. */
function compare(before: BenchmarkReport[], after: BenchmarkReport[]): Comparison[] {
  const variantsOf = (reports: BenchmarkReport[]) => {
    const found = new Map<string, { p50Ms: number[]; cpuMs: number[] }>();
    for (const report of reports)
      for (const each of report.cases)
        for (const { name, p50Ms, cpuMs } of each.variants) {
          const key = `${each.name}\n${name}`;
          const values = found.get(key) ?? { p50Ms: [], cpuMs: [] };
          values.p50Ms.push(p50Ms);
          values.cpuMs.push(cpuMs);
          found.set(key, values);
        }
    return found;
  };
  const old = variantsOf(before);
  return [...variantsOf(after)].flatMap(([key, now]) => {
    const was = old.get(key);
    if (was === undefined) return [];
    const [caseName, variant] = key.split('\n') as [string, string];
    return {
      case: caseName,
      variant,
      beforeP50Ms: median(was.p50Ms),
      afterP50Ms: median(now.p50Ms),
      ratio: median(now.p50Ms) / median(was.p50Ms),
      cpuRatio: median(now.cpuMs) / median(was.cpuMs),
    };
  });
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    case: { type: 'string' },
    rounds: { type: 'string', default: '5' },
    json: { type: 'boolean', default: false },
  },
});
const [before, after, benchmark] = positionals;
if (before === undefined || after === undefined || benchmark === undefined) {
  refuse(`expected ${usage}`);
}
const rounds = Number(values.rounds);
if (!(Number.isInteger(rounds) && rounds > 0))
  refuse(`expected --rounds of 1 or more, found "${values.rounds}"`);
// Benchmarks that print a report of cases; drills and their parts do not.
const comparable = readdirSync('benchmarks')
  .filter(
    (file) =>
      file.endsWith('.ts') && readFileSync(`benchmarks/${file}`, 'utf8').includes('runBenchmark('),
  )
  .map((file) => file.replace(/\.ts$/, ''));
if (!comparable.includes(benchmark))
  refuse(
    `expected one of ${comparable.join(', ')}, found "${benchmark}"${didYouMean(benchmark, comparable)}`,
  );
const commits = [commitOf(before), commitOf(after)] as const;
const scratchDir = mkdtempSync(join(tmpdir(), 'compare-'));
try {
  const dirs = [join(scratchDir, 'before'), join(scratchDir, 'after')] as const;
  checkOut(commits[0], dirs[0]);
  checkOut(commits[1], dirs[1]);
  const chosen = values.case === undefined ? [] : ['--case', values.case];
  const reports: [BenchmarkReport[], BenchmarkReport[]] = [[], []];
  for (let round = 0; round < rounds; round++) {
    const order = round % 2 === 0 ? [0, 1] : [1, 0];
    for (const side of order) reports[side]!.push(measureRound(dirs[side]!, benchmark, chosen));
  }
  const rows = compare(...reports);
  if (values.json) console.log(measuredJson({ before, after, benchmark, rows }));
  else console.table(measured(rows));
} finally {
  rmSync(scratchDir, { recursive: true });
}
