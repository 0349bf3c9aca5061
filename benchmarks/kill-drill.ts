// Ends commands at random instants, from a seed: by SIGKILL, by SIGHUP, and by a disk that is full (a bound on the size
// of a file, at random too), and looks at what lies there afterwards.
//
//     npm run drill:kills -- --kills 100 --hangups 20 --full 20 --seed 1
//
// Before each end an older output lies in its place where the command has one. Held to: that output is whole, either the old
// one byte for byte or a new one that can be read; nothing half-written bears its name; after a SIGHUP or a full disk
// nothing but a finished file is there; a recording of results that was cut off by SIGKILL can be read, and lacks at
// most two seconds of what had been published. Prints one JSON object; exit code 1 when anything failed.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { fromBinary } from '@bufbuild/protobuf';
import { mulberry32 } from '../src/bundle/golden.js';
import { CompressedImageSchema } from '../src/messages/gen/foxglove/compressed_image_pb.js';
import { RecordingReader } from '../src/recording/recording-reader.js';
import { endDrill } from './harness/end-drill.js';

const repoDir = fileURLToPath(new URL('../..', import.meta.url));
const program = join(repoDir, 'bin/windshield.js');
const { values: options } = parseArgs({
  options: {
    kills: { type: 'string', default: '100' },
    hangups: { type: 'string', default: '20' },
    full: { type: 'string', default: '20' },
    seed: { type: 'string', default: '1' },
    drive: { type: 'string', default: join(repoDir, 'recordings/sample-drive.mcap') },
  },
});

/** What may be lost of a run that is killed, seconds. */
const lostBoundS = 2;
/** A command ends within this after a SIGHUP, milliseconds. */
const patienceMs = 60_000;

type End = 'kill' | 'hangup' | 'full';
interface Target {
  name: string;
  /** The output, below the drill's folder. */
  out: string;
  args(out: string): string[];
  /** An end comes up to this long after the start, milliseconds. */
  latestMs: number;
}

const dir = await mkdtemp(join(tmpdir(), 'windshield-kills-'));
const pictures = join(dir, 'pictures');
const targets: Target[] = [
  {
    name: 'replay',
    out: 'replay.mcap',
    args: (out) => ['replay', options.drive, '--no-publish', '--images', '--out', out],
    latestMs: 9000,
  },
  {
    name: 'import',
    out: 'import.mcap',
    args: (out) => ['import', pictures, '--out', out],
    latestMs: 1500,
  },
  {
    name: 'simulate',
    out: 'simulate.mcap',
    args: (out) => ['simulate', 'drive', '--seconds', '2', '--size', '320x180', '--out', out],
    latestMs: 3000,
  },
  {
    name: 'evaluate',
    out: 'evaluate.html',
    args: (out) => {
      const data = ['--data', options.drive, '--format', 'recording', '--limit', '60'];
      return ['evaluate', 'steering', ...data, '--report', out];
    },
    latestMs: 4000,
  },
];

const random = mulberry32(Number(options.seed));
const failures: string[] = [];
const lostS: number[] = [];
const ended: Record<End, number> = { kill: 0, hangup: 0, full: 0 };
let finishedFirst = 0;

try {
  await writePictures();
  const old = new Map<string, string>();
  for (const target of targets) old.set(target.name, await makeOld(target));
  const ends: End[] = [
    ...Array<End>(Number(options.kills)).fill('kill'),
    ...Array<End>(Number(options.hangups)).fill('hangup'),
    ...Array<End>(Number(options.full)).fill('full'),
  ];
  for (const [turn, end] of ends.entries())
    await drill(targets[turn % targets.length]!, end, old, turn);
} finally {
  await rm(dir, { recursive: true, force: true });
}
const mostLostS = Math.max(0, ...lostS);
endDrill({ seed: Number(options.seed), ended, finishedFirst, mostLostS }, failures);

/** One command, one end, one look. */
async function drill(target: Target, end: End, old: Map<string, string>, turn: number) {
  const place = join(dir, `turn-${turn}`);
  await mkdir(place);
  const out = join(place, target.out);
  await copyFile(join(dir, 'old', target.out), out);
  const what = `turn ${turn}: ${target.name} by ${end}`;
  const fail = (reason: string) => failures.push(`${what}: ${reason}`);
  const afterMs = 300 + random() * target.latestMs;
  // 512-byte blocks; the smallest outputs are some tens of kilobytes.
  const blocks = 8 + Math.floor(random() * 120);
  const limit = end === 'full' ? `ulimit -f ${blocks}; ` : '';
  const words = ['-c', `${limit}exec "$0" "$@"`, process.execPath, program, ...target.args(out)];
  const child = spawn('/bin/sh', words, { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const exit = new Promise<{ code: number | null }>((resolve) =>
    child.once('close', (code) => resolve({ code })),
  );
  if (end !== 'full') {
    const isOver = await Promise.race([exit.then(() => true), sleep(afterMs, false)]);
    if (isOver) finishedFirst++;
    child.kill(end === 'kill' ? 'SIGKILL' : 'SIGHUP');
  }
  const over = await Promise.race([exit, sleep(patienceMs, undefined, { ref: false })]);
  if (over === undefined) {
    fail(`did not end within ${patienceMs / 1000} s`);
    child.kill('SIGKILL');
    await exit;
  } else if (end === 'full' && over.code !== 0 && over.code !== 2) fail(`exit code ${over.code}`);
  if (/ERR_INTERNAL|\n {4}at /.test(said)) fail(`said: ${said.slice(-300)}`);
  ended[end]++;
  const isOld = (await hashOf(out)) === old.get(target.name);
  if (!isOld) await checkNew(out, fail);
  const left = (await readdir(place)).filter((name) => name.includes('.partial'));
  if (end !== 'kill' && left.length > 0) fail(`left ${left.join(', ')}`);
  if (end === 'kill' && target.name === 'replay' && left.length > 0)
    await checkCut(`${out}.partial`, said, fail);
  await rm(place, { recursive: true });
}

/** A file that is not the old one is a new one, whole. */
async function checkNew(out: string, fail: (reason: string) => void) {
  if (out.endsWith('.html')) {
    const text = await readFile(out, 'utf8').catch(() => '');
    if (!text.trimEnd().endsWith('</html>')) fail(`no whole page at ${out}`);
    return;
  }
  try {
    const reader = await RecordingReader.open(out);
    if (reader.cutBytes > 0) fail(`no whole recording at ${out}`);
    await reader.close();
  } catch (error) {
    fail(`the old one is gone, and the new one cannot be read: ${error}`);
  }
}

/** What a killed run had published is in what it left, but for the last two seconds. */
async function checkCut(partial: string, said: string, fail: (reason: string) => void) {
  const shown = [...said.matchAll(/^frame +(\d+)/gm)].at(-1)?.[1];
  if (shown === undefined) return;
  try {
    const reader = await RecordingReader.open(partial);
    const results = reader.channels.find(({ topic }) => topic === 'perception');
    await reader.close();
    // The sample drive has 20 frames a second, and its run in real time drops none that is counted here as kept.
    const lost = Math.max(0, (Number(shown) - (results?.messageCount ?? 0)) / 20);
    lostS.push(lost);
    if (lost > lostBoundS) fail(`${lost} s of results are lost`);
  } catch (error) {
    fail(`what it left cannot be read: ${error}`);
  }
}

/** The output of a run that nobody ended. */
async function makeOld(target: Target): Promise<string> {
  await mkdir(join(dir, 'old'), { recursive: true });
  const out = join(dir, 'old', target.out);
  const child = spawn(process.execPath, [program, ...target.args(out)], { stdio: 'ignore' });
  await new Promise((resolve) => child.once('close', resolve));
  return (await hashOf(out)) ?? '';
}

async function writePictures() {
  await mkdir(pictures);
  const reader = await RecordingReader.open(options.drive);
  let count = 0;
  for await (const { data } of reader.messages({ topics: ['camera/image'] }))
    await writeFile(
      join(pictures, `${String(count++).padStart(5, '0')}.jpg`),
      fromBinary(CompressedImageSchema, data).data,
    );
  await reader.close();
}

async function hashOf(path: string): Promise<string | undefined> {
  const bytes = await readFile(path).catch(() => undefined);
  return bytes && createHash('sha256').update(bytes).digest('hex');
}
