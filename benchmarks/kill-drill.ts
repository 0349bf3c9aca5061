// Ends commands at random times, from a seed, and checks their output: by SIGKILL, by SIGHUP, and by a full disk (a small
// file system if this user may mount one, otherwise a limit on the size of a file).
//
//     npm run drill:kills -- --kills 100 --hangups 20 --full 20 --seed 1
//     npm run drill:kills -- --target export --kills 10 --hangups 0 --full 4
//
// Each command starts with an older output in place. Checks: afterwards the output is complete, either the old one byte for
// byte or a readable new one; no partial file has its name; after a SIGHUP or a full disk there are only finished files; a
// recording of results that was cut off by SIGKILL can be read, and lacks at most two seconds of what a subscriber had
// received. Prints one JSON object; exit code 1 if anything failed.
import { spawn } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { mulberry32 } from '../src/bundle/golden.js';
import { endDrill } from './harness/end-drill.js';
import { type KillTarget, killTargets } from './kills/kill-targets.js';
import { listenTo, secondsLost } from './kills/lost-results.js';
import { canMount, smallDisk } from './kills/small-disk.js';
import { contentOf, whatIsWrong } from './kills/what-lies-there.js';

const repoDir = fileURLToPath(new URL('../..', import.meta.url));
const program = join(repoDir, 'bin/windshield.js');
const { values: options } = parseArgs({
  options: {
    kills: { type: 'string', default: '100' },
    hangups: { type: 'string', default: '20' },
    full: { type: 'string', default: '20' },
    seed: { type: 'string', default: '1' },
    target: { type: 'string', multiple: true },
    drive: { type: 'string', default: join(repoDir, 'recordings/sample-drive.mcap') },
  },
});

/** Accepted loss of a killed run, seconds. */
const lostBoundS = 2;
/** Time limit for a command to end after a SIGHUP, or with a full disk, milliseconds. */
const patienceMs = 120_000;

const ends = ['kill', 'hangup', 'full'] as const;
type End = (typeof ends)[number];
/** Output and duration of an undisturbed run. */
interface Undisturbed {
  content: Map<string, string>;
  bytes: number;
  ms: number;
}
/** How a command's turns ended. */
interface Tally {
  turns: Record<End, number>;
  /** What was in the output's place afterwards: the old output, or a complete new one. */
  old: number;
  new: number;
  /** Turns in which the command finished before it was ended. */
  wasDone: number;
}

const random = mulberry32(Number(options.seed));
const failures: string[] = [];
const lostS: number[] = [];
const tallies: Record<string, Tally> = {};
const dir = await mkdtemp(join(tmpdir(), 'windshield-kills-'));
try {
  const all = await killTargets({ drive: options.drive, dir });
  const isWanted = ({ name }: KillTarget) => options.target?.includes(name) ?? true;
  // An export needs a training run.
  const undisturbed = new Map<string, Undisturbed>();
  for (const target of all)
    if (isWanted(target) || (target.name === 'train' && options.target?.includes('export')))
      undisturbed.set(target.name, await runUndisturbed(target));
  const targets = all.filter(isWanted);
  const counts = { kill: options.kills, hangup: options.hangups, full: options.full };
  const turns = ends.flatMap((end) => Array<End>(Number(counts[end])).fill(end));
  for (const [turn, end] of turns.entries()) {
    const target = targets[turn % targets.length]!;
    await drill(target, end, undisturbed.get(target.name)!, turn);
  }
} finally {
  await rm(dir, { recursive: true, force: true });
}
const byWhat = canMount() ? 'a small file system' : 'the largest size of a file';
const facts = { seed: Number(options.seed), fullBy: byWhat, mostLostS: Math.max(0, ...lostS) };
endDrill({ ...facts, judgedForLoss: lostS.length, targets: tallies }, failures);

/** Runs one command, ends it, and checks its output. */
async function drill(target: KillTarget, end: End, before: Undisturbed, turn: number) {
  const place = join(dir, `turn-${turn}`);
  await mkdir(place);
  // Space for the old output, and for a random part of a new one.
  const roomBytes = Math.round(before.bytes * random() * 1.1);
  const afterMs = before.ms * random();
  const disk = end === 'full' ? await smallDisk(place, before.bytes, roomBytes) : undefined;
  const out = join(place, target.out);
  await cp(join(dir, 'old', target.out), out, { recursive: true });
  const what = `turn ${turn}: ${target.name} by ${end}`;
  const fail = (reason: string) => failures.push(`${what}: ${reason}`);
  const listener = target.publishes ? listenTo(place) : undefined;
  const words = ['-c', `${disk?.limit ?? ''}exec "$0" "$@"`, process.execPath, program];
  const child = spawn('/bin/sh', [...words, ...target.args(out, place)], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const exit = new Promise<{ code: number | null }>((resolve) =>
    child.once('close', (code) => resolve({ code })),
  );
  let wasDone = false;
  if (end !== 'full') {
    wasDone = await Promise.race([exit.then(() => true), sleep(afterMs, false)]);
    child.kill(end === 'kill' ? 'SIGKILL' : 'SIGHUP');
  }
  const over = await Promise.race([exit, sleep(patienceMs, undefined, { ref: false })]);
  if (over === undefined) {
    fail(`did not end within ${patienceMs / 1000} s`);
    child.kill('SIGKILL');
    await exit;
  } else if (end === 'full') {
    wasDone = over.code === 0;
    if (over.code !== 0 && !said.includes('ERR_OUTPUT'))
      fail(`exit code ${over.code}, said: ${said.slice(-300)}`);
  }
  if (/ERR_INTERNAL|\n {4}at /.test(said)) fail(`said: ${said.slice(-300)}`);
  const received = await listener?.close();
  const isOld = await whatIsWrong(target, place, before.content, fail);
  const left = (await readdir(place, { recursive: true })).filter((name) =>
    name.includes('.partial'),
  );
  const isRecordingLeft = target.publishes === true && end !== 'hangup';
  if (end !== 'kill' && left.length > 0 && !isRecordingLeft) fail(`left ${left.join(', ')}`);
  if (isRecordingLeft && received !== undefined && left.length > 0) {
    const lost = await secondsLost(`${out}.partial`, received).catch((error) => {
      fail(`what it left cannot be read: ${error}`);
      return 0;
    });
    lostS.push(lost);
    if (lost > lostBoundS) fail(`${lost.toFixed(2)} s of results are lost`);
  }
  tally(target, end, isOld, wasDone);
  await disk?.close();
  await rm(place, { recursive: true });
}

function tally({ name }: KillTarget, end: End, isOld: boolean, wasDone: boolean): void {
  tallies[name] ??= { turns: { kill: 0, hangup: 0, full: 0 }, old: 0, new: 0, wasDone: 0 };
  const row = tallies[name];
  row.turns[end]++;
  row[isOld ? 'old' : 'new']++;
  if (wasDone) row.wasDone++;
}

/** Output of an undisturbed run. */
async function runUndisturbed(target: KillTarget): Promise<Undisturbed> {
  const place = join(dir, 'old');
  await mkdir(place, { recursive: true });
  const out = join(place, target.out);
  const startMs = performance.now();
  const child = spawn(process.execPath, [program, ...target.args(out, place), ...target.older], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (text) => {
    said += text;
  });
  const code = await new Promise((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(`${target.name}, undisturbed: exit code ${code}: ${said}`);
  const ms = performance.now() - startMs;
  const content = await contentOf(place, target.out);
  let bytes = 0;
  for (const name of content.keys()) bytes += (await stat(join(place, name))).size;
  return { content, bytes, ms };
}
