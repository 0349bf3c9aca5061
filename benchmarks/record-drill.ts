// Kills recordings of a live source with pictures at random times, from a seed, and reads what is left.
//
//     npm run drill:record -- --kills 100 --seed 1
//
// The source is GStreamer's test picture at 20 frames a second; every second time the steering network also runs.
// Checks: the rest can be read, lacks at most two seconds before the kill, and `recover` makes a complete file of it.
// Prints one JSON object; exit code 1 if anything failed.

import { spawn } from 'node:child_process';
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { stringify } from 'yaml';
import { mulberry32 } from '../src/bundle/golden.js';
import { median } from '../src/frame/median.js';
import { copyRecordings } from '../src/recording/copy-recording.js';
import { RecordingReader } from '../src/recording/recording-reader.js';
import { endDrill } from './harness/end-drill.js';

const repoDir = fileURLToPath(new URL('../..', import.meta.url));
const program = join(repoDir, 'bin/windshield.js');
const { values: options } = parseArgs({
  options: {
    kills: { type: 'string', default: '100' },
    seed: { type: 'string', default: '1' },
    size: { type: 'string', default: '640x360' },
  },
});

/** Accepted loss, seconds. */
const lostBoundS = 2;
/** Latest time of a kill after the first byte of the recording, milliseconds. */
const latestMs = 5000;
/** Time limit for a recording to start, milliseconds. */
const patienceMs = 60_000;

const [widthPx, heightPx] = options.size.split('x');
const caps = `video/x-raw,width=${widthPx},height=${heightPx},framerate=20/1`;
const source = `gstreamer:videotestsrc is-live=true ! ${caps}`;
const dir = await mkdtemp(join(tmpdir(), 'windshield-record-'));
const pipelinePath = join(dir, 'pipeline.yaml');
const failures: string[] = [];
const lostS: number[] = [];
let pictures = 0;
const random = mulberry32(Number(options.seed));

try {
  await writeFile(
    pipelinePath,
    stringify({
      source,
      bundles: { steering: join(repoDir, 'models/steering') },
      lanes: [['steering']],
      publish: {},
    }),
  );
  for (let turn = 0; turn < Number(options.kills); turn++) await drill(turn);
} finally {
  await rm(dir, { recursive: true, force: true });
}
const sorted = lostS.toSorted((a, b) => a - b);
endDrill(
  {
    kills: Number(options.kills),
    seed: Number(options.seed),
    readable: lostS.length,
    pictures,
    medianLostS: lostS.length === 0 ? null : median(lostS),
    mostLostS: sorted.at(-1) ?? null,
  },
  failures,
);

async function drill(turn: number): Promise<void> {
  const place = join(dir, `turn-${turn}`);
  const out = `${place}.mcap`;
  const words =
    turn % 2 === 0
      ? ['record', source, '--out', out]
      : ['run', pipelinePath, '--record', out, '--images', '--no-publish'];
  const child = spawn(process.execPath, [program, ...words], { stdio: 'ignore' });
  const exit = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const partial = `${out}.partial`;
  if (!(await begins(partial))) failures.push(`turn ${turn}: nothing was recorded`);
  const startNs = wallNs();
  await sleep(random() * latestMs);
  const killNs = wallNs();
  child.kill('SIGKILL');
  await exit;
  await look(turn, partial, startNs, killNs);
  for (const name of await readdir(dir))
    if (name.startsWith(`turn-${turn}.`)) await rm(join(dir, name), { force: true });
}

async function look(turn: number, partial: string, startNs: bigint, killNs: bigint) {
  try {
    const reader = await RecordingReader.open(partial);
    const channel = reader.channels.find(({ topic }) => topic === 'camera/image');
    const lastNs = channel === undefined ? startNs : await lastStamp(reader);
    await reader.close();
    const lost = Number(killNs - lastNs) / 1e9;
    lostS.push(lost);
    if (lost > lostBoundS) failures.push(`turn ${turn}: ${lost.toFixed(2)} s are lost`);
    const clean = `${partial}.clean.mcap`;
    const { messages } = await copyRecordings([partial], clean, { facts: { how: 'recover' } });
    pictures += messages['camera/image'] ?? 0;
    const whole = await RecordingReader.open(clean);
    if (!whole.isComplete) failures.push(`turn ${turn}: recover made no whole file`);
    await whole.close();
  } catch (error) {
    failures.push(`turn ${turn}: ${error}`);
  }
}

async function lastStamp(reader: RecordingReader): Promise<bigint> {
  let lastNs = 0n;
  for await (const { stampNs } of reader.messages({ topics: ['camera/image'] })) lastNs = stampNs;
  return lastNs;
}

async function begins(partial: string): Promise<boolean> {
  const untilMs = performance.now() + patienceMs;
  while (performance.now() < untilMs) {
    if (((await stat(partial).catch(() => undefined))?.size ?? 0) > 0) return true;
    await sleep(20);
  }
  return false;
}

function wallNs(): bigint {
  return BigInt(Date.now()) * 1_000_000n;
}
