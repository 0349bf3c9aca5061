import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { describeMachine, loadAverage } from '../tools/bench/machine.js';
import { repoDir } from '../tools/bench/process-entry.js';

// Two commits beside each other, on the same drive and the same networks:
//   node bin/build.js && node dist/benchmarks/compare.js <before> <after> [--rounds 5] [--frames 200] [--json]
// Each commit is checked out into a folder of its own. They take turns, and who goes first changes from round to
// round, so that a machine that grows warm or busy favours neither. What is run is `windshield replay --lockstep`,
// which every commit has.
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    recording: { type: 'string', default: 'recordings/sample-drive.mcap' },
    models: { type: 'string', default: 'models' },
    pipeline: { type: 'string', default: 'pipelines/default.yaml' },
    rounds: { type: 'string', default: '5' },
    'allow-uncertified': { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});
const [before, after] = positionals;
if (before === undefined || after === undefined) {
  console.error('compare: expected two commits (ERR_USAGE)');
  process.exit(2);
}

const run = promisify(execFile);

/** What is compared of one run; milliseconds, but for the rate. */
type Reading = Record<string, number>;

interface Summary {
  count: number;
  p50: number;
  p99: number;
}

interface ReplayReport {
  frames: { in: number; published: number };
  publishedRateHz: number;
  glassToResultMs: Summary;
  fuseAndPublishMs: Summary;
  firstResultMs: number;
  stages: Record<string, Record<string, Summary>>;
}

async function checkOut(commit: string, dir: string): Promise<void> {
  await run('git', ['worktree', 'add', '--detach', '--force', dir, commit], { cwd: repoDir });
  const lockFiles = [repoDir, dir].map((root) => readFile(join(root, 'package-lock.json'), 'utf8'));
  const [ours, theirs] = await Promise.all(lockFiles);
  if (ours === theirs) await symlink(join(repoDir, 'node_modules'), join(dir, 'node_modules'));
  else await run('npm', ['ci', '--no-audit', '--no-fund'], { cwd: dir });
  // Both see the networks of this tree: what is compared is the code around them.
  await rm(join(dir, 'models'), { recursive: true, force: true });
  await symlink(resolve(repoDir, values.models), join(dir, 'models'));
  await run(process.execPath, ['bin/build.js'], { cwd: dir });
}

async function measure(dir: string): Promise<Reading> {
  const args = ['bin/windshield.js', 'replay', resolve(repoDir, values.recording), '--lockstep'];
  args.push('--pipeline', join(dir, values.pipeline), '--no-publish', '--json');
  if (values['allow-uncertified']) args.push('--allow-uncertified');
  const { stdout } = await run(process.execPath, args, { cwd: dir, maxBuffer: 2 ** 26 });
  const report = JSON.parse(stdout) as ReplayReport;
  const reading: Reading = {
    'frames a second': report.publishedRateHz,
    'first result': report.firstResultMs,
    'glass to result p50': report.glassToResultMs.p50,
    'glass to result p99': report.glassToResultMs.p99,
    'fuse and publish p50': report.fuseAndPublishMs.p50,
  };
  for (const [stage, spans] of Object.entries(report.stages))
    for (const part of ['preprocess', 'inference', 'decode'])
      if (spans[`${part}Ms`]!.count > 0) reading[`${stage} ${part} p50`] = spans[`${part}Ms`]!.p50;
  return reading;
}

const median = (numbers: readonly number[]) =>
  numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)]!;

const tempDir = await mkdtemp(join(tmpdir(), 'windshield-compare-'));
const commits = [before, after] as const;
const dirs = commits.map((_, index) => join(tempDir, index === 0 ? 'before' : 'after'));
try {
  for (const [index, commit] of commits.entries()) await checkOut(commit, dirs[index]!);
  const loadBefore = loadAverage();
  const readings: Reading[][] = [[], []];
  for (let round = 0; round < Number(values.rounds); round++) {
    const order = round % 2 === 0 ? [0, 1] : [1, 0];
    for (const side of order) readings[side]!.push(await measure(dirs[side]!));
    console.error(`round ${round + 1} of ${values.rounds}`);
  }
  const rows = Object.keys(readings[0]![0]!)
    .filter((name) => readings[1]!.every((reading) => reading[name] !== undefined))
    .map((name) => {
      const each = readings.map((side) => side.map((reading) => reading[name]!));
      // Neighbours in time are compared with each other, so that a drift of the machine cancels out.
      const ratios = each[1]!.map((value, round) => value / each[0]![round]!);
      const [was, is] = each.map(median) as [number, number];
      return { name, before: was, after: is, ratio: median(ratios), ratios, each };
    });
  const machine = { ...(await describeMachine()), loadBefore, loadAfter: loadAverage() };
  if (values.json) console.log(JSON.stringify({ commits, rows, machine }));
  else {
    const cells = (...texts: string[]) => texts.map((text) => text.padStart(12)).join('');
    console.log(`${''.padEnd(32)}${cells('before', 'after', 'after/before', 'spread')}`);
    for (const { name, before: was, after: is, ratio, ratios } of rows) {
      const spread = `${Math.min(...ratios).toFixed(2)}–${Math.max(...ratios).toFixed(2)}`;
      console.log(
        `${name.padEnd(32)}${cells(was.toFixed(3), is.toFixed(3), ratio.toFixed(3), spread)}`,
      );
    }
  }
} finally {
  for (const dir of dirs)
    await run('git', ['worktree', 'remove', '--force', dir], { cwd: repoDir }).catch(() => {});
  await rm(tempDir, { recursive: true, force: true });
}
