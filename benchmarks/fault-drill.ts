// Injects random faults from a seed for a given time: threads and processes of a supervised pipeline are killed, stopped,
// crashed and hung while a real subscriber listens and results are recorded.
//
//     node bin/build.js && node dist/benchmarks/fault-drill.js --seconds 600 --seed 1
//
// In each session a supervised replay suffers two faults that end its process and some that end a lane's thread, is then
// stopped with SIGINT, and must exit with code 0. Checks: frame ids increase within an epoch; results flow again within 4 s
// each time; every gap in a recording's ids is counted as drops; recordings contain everything that was received, except
// for the last moments of a life. Prints one JSON object; exit code 1 if anything failed.

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { fromBinary } from '@bufbuild/protobuf';
import { Subscriber } from 'zeromq';
import { mulberry32 } from '../src/bundle/golden.js';
import { median } from '../src/frame/median.js';
import { PerceptionFrameSchema } from '../src/messages/gen/windshield/v1/perception_pb.js';
import { RecordingReader } from '../src/recording/recording-reader.js';

/** Results must flow again within this time, milliseconds. */
const resumeBoundMs = 4000;
/** A session without results for this long has failed, milliseconds. */
const patienceMs = 30_000;
const lives = 3;
const processFaults = ['SIGKILL', 'SIGSEGV', 'SIGSTOP', 'hang', 'crash'] as const;
const threadFaults = ['throw', 'die'] as const;
const stages = ['steering', 'detection', 'segmentation'] as const;

const repoDir = fileURLToPath(new URL('../..', import.meta.url));
const { values: options } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string', default: '1' },
    drive: { type: 'string', default: join(repoDir, 'recordings/sample-drive.mcap') },
    pipeline: { type: 'string', default: join(repoDir, 'pipelines/default.yaml') },
  },
});
const random = mulberry32(Number(options.seed));
const between = (low: number, high: number) => low + random() * (high - low);
const oneOf = <T>(choices: readonly T[]) => choices[Math.floor(random() * choices.length)]!;

interface Received {
  epoch: number;
  frameId: number;
  atMs: number;
}

interface Session {
  faults: string[];
  /** From the last result of a life to the first one of the next, milliseconds. */
  resumeMs: number[];
  received: number;
  recorded: number;
  /** Results that were received but are missing at the end of a killed life's recording. */
  unrecorded: number;
  failures: string[];
}

const sessions: Session[] = [];
const startMs = performance.now();
while (performance.now() - startMs < Number(options.seconds) * 1000) {
  const session = await runSession();
  sessions.push(session);
  const { faults, resumeMs, failures } = session;
  const times = resumeMs.map((ms) => `${(ms / 1000).toFixed(2)} s`).join(', ');
  console.error(`${faults.join(', ')}: back after ${times} ${failures.join('; ') || 'ok'}`);
}
const resumeMs = sessions.flatMap((session) => session.resumeMs).sort((a, b) => a - b);
const total = (of: (session: Session) => number) => sessions.reduce((sum, s) => sum + of(s), 0);
const failures = sessions.flatMap((session) => session.failures);
console.log(
  JSON.stringify({
    verdict: failures.length === 0 ? 'passed' : 'failed',
    seed: Number(options.seed),
    seconds: Math.round((performance.now() - startMs) / 1000),
    sessions: sessions.length,
    faults: countOf(sessions.flatMap((session) => session.faults.map((f) => f.split(' ')[0]!))),
    resumeMs: {
      count: resumeMs.length,
      p50: resumeMs.length === 0 ? 0 : Math.round(median(resumeMs)),
      max: Math.round(resumeMs.at(-1) ?? 0),
    },
    results: {
      received: total((s) => s.received),
      recorded: total((s) => s.recorded),
      unrecorded: total((s) => s.unrecorded),
    },
    failures,
  }),
);
process.exitCode = failures.length === 0 ? 0 : 1;

async function runSession(): Promise<Session> {
  const dir = await mkdtemp(join(tmpdir(), 'windshield-faults-'));
  const out = join(dir, 'results.mcap');
  const endpoint = `tcp://127.0.0.1:${await freePort()}`;
  const { drills, signals, faults } = planFaults();
  const entry = join(repoDir, 'bin/windshield.js');
  const args = [entry, 'replay', options.drive, '--pipeline', options.pipeline, '--supervise'];
  const supervisor = spawn(
    process.execPath,
    [...args, '--endpoint', endpoint, '--out', out, '--json'],
    { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, WINDSHIELD_DRILL: drills } },
  );
  let said = '';
  supervisor.stderr!.on('data', (text) => {
    said += text;
  });
  const ended = new Promise<number | string>((resolve) => {
    supervisor.on('exit', (code, signal) => resolve(signal ?? code ?? 0));
  });
  const subscriber = new Subscriber({ receiveTimeout: patienceMs });
  subscriber.connect(endpoint);
  subscriber.subscribe('perception');
  const received: Received[] = [];
  void ended.then(() => subscriber.close());
  const session: Session = {
    faults,
    resumeMs: [],
    received: 0,
    recorded: 0,
    unrecorded: 0,
    failures: [],
  };
  try {
    for await (const [, payload] of subscriber) {
      const { epoch, frameId } = fromBinary(PerceptionFrameSchema, payload!);
      const last = received.at(-1);
      received.push({ epoch, frameId: Number(frameId), atMs: performance.now() });
      if (last?.epoch === epoch) continue;
      if (last !== undefined) session.resumeMs.push(received.at(-1)!.atMs - last.atMs);
      if (epoch === lives - 1)
        void sleep(between(1000, 3000)).then(() => supervisor.kill('SIGINT'));
      else void signals[epoch]?.(supervisor);
    }
  } catch {
    if (supervisor.exitCode === null) session.failures.push(`no result for ${patienceMs} ms`);
  }
  supervisor.kill('SIGTERM');
  const exit = await ended;
  session.received = received.length;
  if (exit !== 0) session.failures.push(`exit ${exit}, said: ${said.trim().split('\n').at(-1)}`);
  if (received.at(-1)?.epoch !== lives - 1) session.failures.push('not every life came');
  checkOrder(received, session);
  await checkRecordings(dir, received, session);
  if (session.failures.length === 0) await rm(dir, { recursive: true });
  else session.failures.push(`kept in ${dir}`);
  return session;
}

/** Two faults that end the process, one in each life but the last, and thread faults in all lives. */
function planFaults() {
  const drills: string[] = [];
  const faults: string[] = [];
  const signals: ((supervisor: ChildProcess) => Promise<void>)[] = [];
  for (let epoch = 0; epoch < lives; epoch++) {
    const thread = `${oneOf(threadFaults)}`;
    const threadStage = oneOf(stages);
    drills.push(`${epoch}:${Math.round(between(5, 30))}:${threadStage}:${thread}`);
    faults.push(`${thread} ${threadStage}`);
    if (epoch === lives - 1) break;
    const fault = oneOf(processFaults);
    if (fault === 'hang' || fault === 'crash') {
      // In a lane other than that of the thread fault, because a lane drills once.
      const stage = threadStage === 'segmentation' ? 'detection' : 'segmentation';
      drills.push(`${epoch}:${Math.round(between(40, 120))}:${stage}:${fault}`);
      faults.push(`${fault} ${stage}`);
      signals.push(async () => {});
    } else {
      const waitMs = between(1000, 6000);
      faults.push(fault);
      signals.push((supervisor) => sleep(waitMs).then(() => signalPipeline(supervisor, fault)));
    }
  }
  return { drills: drills.join(','), faults, signals };
}

function signalPipeline({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  const processes = execFileSync('ps', ['-o', 'pid=,args=', '--ppid', String(pid)]).toString();
  const pipeline = processes.split('\n').find((line) => line.includes('supervised-main'));
  if (pipeline !== undefined) process.kill(Number.parseInt(pipeline, 10), signal);
}

function checkOrder(received: readonly Received[], { resumeMs, failures }: Session): void {
  for (const [index, { epoch, frameId }] of received.entries()) {
    const last = received[index - 1];
    if (last === undefined || epoch > last.epoch) continue;
    if (epoch < last.epoch) failures.push(`epoch ${epoch} after ${last.epoch}`);
    else if (frameId <= last.frameId) failures.push(`frame ${frameId} after ${last.frameId}`);
  }
  for (const ms of resumeMs)
    if (ms > resumeBoundMs) failures.push(`results flowed again after ${Math.round(ms)} ms`);
}

async function checkRecordings(
  dir: string,
  received: readonly Received[],
  session: Session,
): Promise<void> {
  const names = (await readdir(dir)).sort();
  const unfinished = names.filter((name) => !name.endsWith('.mcap'));
  if (unfinished.length > 0) session.failures.push(`left unfinished: ${unfinished.join(', ')}`);
  const recorded = new Map<number, number[]>();
  for (const name of names.filter((name) => name.endsWith('.mcap'))) {
    const reader = await RecordingReader.open(join(dir, name));
    if (!reader.isComplete) session.failures.push(`${name} has no end`);
    let lastId = -1;
    for await (const { data } of reader.messages({ topics: ['perception'] })) {
      const { epoch, frameId, drops } = fromBinary(PerceptionFrameSchema, data);
      const id = Number(frameId);
      const missing = drops.reduce((sum, { count }) => sum + Number(count), 0);
      if (id - lastId - 1 !== missing)
        session.failures.push(`${name}: frame ${id} after ${lastId} counts ${missing} drops`);
      lastId = id;
      recorded.set(epoch, [...(recorded.get(epoch) ?? []), id]);
      session.recorded++;
    }
    if (reader.damagedChunks > 0) session.failures.push(`${name} has damaged chunks`);
    await reader.close();
  }
  for (let epoch = 0; epoch < lives; epoch++) {
    const ids = new Set(recorded.get(epoch));
    const lastId = Math.max(-1, ...ids);
    const missing = received.filter((one) => one.epoch === epoch && !ids.has(one.frameId));
    session.unrecorded += missing.length;
    if (missing.some(({ frameId }) => frameId < lastId))
      session.failures.push(`epoch ${epoch}: received results are missing within the recording`);
    if (epoch === lives - 1 && missing.length > 0)
      session.failures.push(`${missing.length} results are missing of a life that ended in order`);
  }
}

function countOf(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
