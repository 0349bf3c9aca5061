// Replays 200 rendered drives of 5 s with every engine, and checks that all give the same bytes and the same verdict.
//
//     npm run drill:fleet                                    # everything, in a temporary folder
//     npm run drill:fleet -- --work kept --phase queue       # one part; results in `kept` are reused
//     npm run drill:fleet -- --take 40                       # the seven bent drives and 33 others
//
// pool: processes of one machine. slurm: four tasks of an array under a single-machine Slurm (needs root). queue: six
// workers on a separate nats-server, one of which is killed every ten seconds for five minutes. regression: the limit of
// the steering angle is set too low, which only the seven drives with tight bends must show. cores: one worker on one core
// against two on two, in turn. An interrupted part continues where it stopped. One small network steers, so that the drill
// takes minutes, not hours. Prints one JSON object; exit code 1 if anything failed.
import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { mulberry32 } from '../src/bundle/golden.js';
import { makeFolder } from '../src/files/make-folder.js';
import type { FleetSummary } from '../tools/fleet/fleet-account.js';
import type { FleetVerdict } from '../tools/fleet/merge/fleet-verdict.js';
import { coresRatio } from './fleet/cores-ratio.js';
import { writePipelines } from './fleet/drill-pipelines.js';
import { endWithUs, type KillTally, keepKilling, silent } from './fleet/killed-workers.js';
import { drillFleet, drivesOf, renderDrives } from './fleet/render-drives.js';
import { SlurmNode, whyNoSlurm } from './fleet/slurm-node.js';
import { endDrill } from './harness/end-drill.js';

const repoDir = fileURLToPath(new URL('../..', import.meta.url));
const program = join(repoDir, 'bin/windshield.js');
const phases = ['render', 'pool', 'slurm', 'queue', 'regression', 'cores', 'compare'] as const;
type Phase = (typeof phases)[number];
const { values: options } = parseArgs({
  options: {
    work: { type: 'string' },
    phase: { type: 'string', multiple: true },
    take: { type: 'string', default: String(drillFleet.count) },
    workers: { type: 'string', default: '2' },
    seed: { type: 'string', default: '1' },
    'kill-every': { type: 'string', default: '10' },
    'kill-for': { type: 'string', default: '300' },
  },
});
const isWanted = (phase: Phase) => options.phase?.includes(phase) ?? true;
const strange =
  options.phase?.filter((name) => !(phases as readonly string[]).includes(name)) ?? [];
if (strange.length > 0) {
  console.error(`--phase: expected ${phases.join(', ')}, found ${strange.join(', ')}`);
  process.exit(2);
}

const dir = resolve(options.work ?? (await mkdtemp(join(tmpdir(), 'windshield-fleet-'))));
const failures: string[] = [];
const taken = takenOf(drivesOf(drillFleet), Number(options.take));
const facts: Record<string, unknown> = { fleet: drillFleet, drives: taken.length };
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
const drives = join(dir, 'drives.yaml');
const at = (name: string) => join(dir, 'results', name);
try {
  makeFolder(join(dir, 'results'));
  await renderDrives(join(dir, 'drives'), drillFleet, taken);
  const listed = taken.map(({ name }) => `  - path: drives/${name}.mcap\n`);
  writeFileSync(drives, `drives:\n${listed.join('')}`);
  const { sound, changed } = writePipelines(join(dir, 'pipelines'));
  if (isWanted('pool')) facts['pool'] = await pool(sound, at('pool'));
  if (isWanted('slurm')) facts['slurm'] = await slurm(sound);
  if (isWanted('queue')) facts['queue'] = await queue(sound);
  if (isWanted('regression')) facts['regression'] = await regression(changed);
  if (isWanted('cores')) facts['cores'] = await coresRatio(runArgs, sound, dir, taken.length);
  if (isWanted('compare')) facts['same'] = await compare();
} finally {
  if (options.work === undefined) await rm(dir, { recursive: true, force: true });
}
endDrill(facts, failures);

/** Every bent drive, and others spread evenly up to the count. */
function takenOf(all: ReturnType<typeof drivesOf>, count: number) {
  const bent = all.filter((drive) => drive.bent);
  const others = all.filter((drive) => !drive.bent);
  const wanted = Math.max(0, Math.min(others.length, count - bent.length));
  const kept = others.filter(
    (_, place) =>
      Math.floor(((place + 1) * wanted) / others.length) >
      Math.floor((place * wanted) / others.length),
  );
  return [...bent, ...kept].sort((a, b) => a.index - b.index);
}

function runArgs(pipeline: string, out: string, ...more: string[]): string[] {
  return [program, 'fleet', 'run', drives, '-p', pipeline, '-o', out, ...more];
}

/** Runs a command to its end; resolves with its output and exit code. */
function ended(args: readonly string[]): Promise<{ stdout: string; code: number | null }> {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  endWithUs(child);
  let stdout = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  return new Promise((done) => child.once('close', (code) => done({ stdout, code })));
}

async function pool(pipeline: string, out: string) {
  const { stdout, code } = await ended(runArgs(pipeline, out, '-j', options.workers, '--json'));
  if (code !== 0) failures.push(`pool: exit code ${code}`);
  const { units, done, failed, alreadyDone, frames, seconds }: FleetSummary = JSON.parse(stdout);
  if (done !== taken.length) failures.push(`pool: ${done} of ${units} units done`);
  return { units, done, failed, alreadyDone, frames, seconds, workers: Number(options.workers) };
}

async function slurm(pipeline: string) {
  const why = whyNoSlurm();
  if (why !== undefined) return { skipped: why };
  const node = await SlurmNode.start(await mkdtemp(join(tmpdir(), 'windshield-slurm-')), 4);
  try {
    const logs = join(dir, 'slurm');
    makeFolder(logs);
    const script = join(repoDir, 'deploy/slurm.sh');
    const sizes = ['--cpus-per-task=1', '--mem=1G', '--array=0-3'];
    const shown = `--export=ALL,WINDSHIELD=${process.execPath} ${program}`;
    await node.run(script, [drives, at('slurm'), pipeline], [...sizes, shown], logs);
    const tasks = (await readdir(logs)).sort();
    const said = await Promise.all(tasks.map((name) => readFile(join(logs, name), 'utf8')));
    const done = said.map((text) => Number(/^units +\d+: (\d+) done, 0 failed$/m.exec(text)?.[1]));
    if (tasks.length !== 4 || done.some((count) => !(count > 0)))
      failures.push(`slurm: expected four tasks with units, found ${done.join(', ')}`);
    return { shards: tasks.length, doneByShard: done };
  } finally {
    await node.close();
  }
}

async function queue(pipeline: string) {
  const port = randomInt(20_000, 32_000);
  const store = await mkdtemp(join(tmpdir(), 'windshield-nats-'));
  const server = silent('nats-server', [
    ...['-js', '-a', '127.0.0.1', '-p', `${port}`, '-sd', store, '-l', join(store, 'log')],
  ]);
  let isMissing = false;
  server.once('error', () => {
    isMissing = true;
  });
  try {
    while (!isMissing && !(existsSync(join(store, 'log')) && (await isReady(store))))
      await new Promise((done) => setTimeout(done, 100));
    if (isMissing) return { skipped: 'without nats-server' };
    const url = `nats://127.0.0.1:${port}`;
    const args = runArgs(pipeline, at('queue'), '--queue', url, '--lease', '10', '-j', '1');
    // Counts of an earlier, interrupted run of this part.
    const counted = join(dir, 'queue-kills.json');
    const before: KillTally | undefined = existsSync(counted)
      ? JSON.parse(await readFile(counted, 'utf8'))
      : undefined;
    const everyMs = Number(options['kill-every']) * 1000;
    const tally = await keepKilling({
      start: () => silent(process.execPath, [...args, '--json']),
      count: 6,
      everyMs,
      forMs: Number(options['kill-for']) * 1000 - (before?.kills ?? 0) * everyMs,
      random: mulberry32(Number(options.seed) + (before?.kills ?? 0)),
      before,
      onCount: (so) => writeFileSync(counted, JSON.stringify(so)),
    });
    if (tally.codes.some((code) => code !== 0))
      failures.push(`queue: exit codes ${tally.codes.join(', ')}`);
    return { workers: 6, ...tally };
  } finally {
    server.kill();
    await rm(store, { recursive: true, force: true });
  }
}

async function isReady(store: string): Promise<boolean> {
  return (await readFile(join(store, 'log'), 'utf8')).includes('Server is ready');
}

/** Runs the changed pipeline and asks which drives it changed. */
async function regression(pipeline: string) {
  if (!existsSync(at('pool'))) return { skipped: 'without results of pool' };
  await ended(runArgs(pipeline, at('changed'), '-j', options.workers, '--json'));
  const rules = join(dir, 'rules.yaml');
  // The settings differ in every drive, so their findings are allowed.
  writeFileSync(rules, 'allow:\n  - kind: manifest\n');
  const args = ['--verify', at('pool'), '--rules', rules, '--json'];
  const { stdout, code } = await ended([program, 'fleet', 'merge', at('changed'), ...args]);
  const verdict: FleetVerdict = JSON.parse(stdout);
  const found = verdict.drives.filter(({ severity }) => severity > 0).map(({ name }) => name);
  const planted = taken.flatMap(({ name, bent }) => (bent ? [name] : []));
  if (code !== 1) failures.push(`regression: exit code ${code}, expected 1`);
  if (found.sort().join() !== planted.sort().join())
    failures.push(`regression: planted in ${planted.join(', ')}; found in ${found.join(', ')}`);
  return { planted: planted.length, found: found.length };
}

/** Compares the results of all engines with those of the pool: the same files, the same bytes, the same verdict. */
async function compare() {
  const same: Record<string, { files: number; verdict: string }> = {};
  if (!existsSync(at('pool'))) return same;
  const reference = await filesOf('pool');
  for (const engine of ['pool', 'slurm', 'queue']) {
    if (!existsSync(at(engine))) continue;
    const files = engine === 'pool' ? reference : await filesOf(engine);
    for (const [name, bytes] of reference)
      if (files.get(name)?.equals(bytes) !== true) failures.push(`${engine}: ${name} differs`);
    for (const name of files.keys())
      if (!reference.has(name)) failures.push(`${engine}: ${name} is too many`);
    const against = existsSync(at('changed')) ? ['--verify', at('changed')] : [];
    const { stdout } = await ended([program, 'fleet', 'merge', at(engine), ...against, '--json']);
    const { candidate: _, ...verdict }: FleetVerdict = JSON.parse(stdout);
    same[engine] = { files: files.size, verdict: JSON.stringify(verdict).replaceAll(engine, '') };
    if (same[engine].verdict !== same['pool']!.verdict)
      failures.push(`${engine}: another verdict than that of the pool`);
  }
  return Object.fromEntries(Object.entries(same).map(([engine, { files }]) => [engine, files]));
}

/** Every file that contains no times or facts about the machine, by name; partial files count. */
async function filesOf(engine: string): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>();
  for (const folder of ['units', 'failed']) {
    const names = await readdir(join(at(engine), folder), { recursive: true }).catch(() => []);
    for (const name of names.sort())
      if (/\.[a-z]+$/.test(name) && !name.endsWith('times.mcap'))
        files.set(`${folder}/${name}`, await readFile(join(at(engine), folder, name)));
  }
  return files;
}
