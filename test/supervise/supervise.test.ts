import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fromBinary } from '@bufbuild/protobuf';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Subscriber } from 'zeromq';
import {
  PerceptionFrameSchema,
  PipelineStatusSchema,
} from '../../src/messages/gen/windshield/v1/perception_pb.js';
import { RecordingReader } from '../../src/recording/recording-reader.js';
import {
  freePort,
  type Running,
  showsSignals,
  signalAndWait,
  until,
  windshield,
} from '../support/command-line.js';
import { makeTinyRig, type TinyRig } from '../support/tiny-rig.js';

const frameCount = 60;
let rig: TinyRig;
beforeAll(async () => {
  rig = await makeTinyRig(frameCount, 30);
});
afterAll(() => rig.remove());

/** Where nothing hangs, milliseconds: a busy machine is not taken for a hang. */
const patient = ['--hang-bound', '120000'];
/** Where something hangs. */
const impatient = ['--hang-bound', '3000'];

/** A supervised replay of the rig's drive, with faults as src/supervise/drill.ts explains them. */
function supervised(drills: string, ...args: string[]): Running {
  const bound = args.includes('--hang-bound') ? [] : patient;
  const words = ['replay', rig.drivePath, '-p', rig.pipelinePath, '--supervise', ...bound, ...args];
  return windshield(words, { WINDSHIELD_DRILL: drills });
}

/** So slow that no drive ends under a test that looks at it, however busy the machine. */
const slowly = ['--rate', '0.05'];
/** Slow enough that a busy machine need not drop most of a drive, or end it before it was disturbed. */
const unhurried = ['--rate', '0.2'];

/** The process of the pipeline, while it is there. */
function pipelinePid({ child }: Running): number | undefined {
  try {
    const args = ['-o', 'pid=,args=', '--ppid', String(child.pid)];
    const lines = execFileSync('ps', args).toString().split('\n');
    const line = lines.find((text) => text.includes('supervised-main'));
    return line === undefined ? undefined : Number.parseInt(line, 10);
  } catch {
    return undefined;
  }
}

async function recordedIds(path: string): Promise<number[]> {
  const reader = await RecordingReader.open(path);
  expect(reader.isComplete).toBe(true);
  const ids: number[] = [];
  for await (const { data } of reader.messages({ topics: ['perception'] }))
    ids.push(Number(fromBinary(PerceptionFrameSchema, data).frameId));
  await reader.close();
  return ids;
}

const allIds = [...Array(frameCount).keys()];
const supervisorLines = (stderr: string) =>
  stderr.split('\n').filter((line) => line.startsWith('supervisor: '));

describe('a pipeline that crashes or hangs in native code', () => {
  test.each([
    [
      'crash',
      patient,
      /^supervisor: SIGSEGV at (.* and )?segmentation of frame 20( and .*)?, after \d+/,
    ],
    [
      'hang',
      impatient,
      /^supervisor: segmentation of frame 20 stood still for \d+\.\d s, after \d+ published/,
    ],
  ])(
    'by a %s is started again, the line says where it was, and its recording is kept',
    async (fault, bound, line) => {
      const dir = await mkdtemp(join(rig.dir, 'out-'));
      const out = join(dir, 'results.mcap');
      const args = ['--lockstep', '--json', '--out', out, ...bound];
      const run = supervised(`0:20:segmentation:${fault}`, ...args);
      const { code, stdout, stderr } = await run.finished;
      expect(code).toBe(0);
      const said = supervisorLines(stderr);
      expect(said[0]).toMatch(line);
      expect(said[0]).toMatch(/; started again as epoch 1$/);
      expect(said[1]).toMatch(/^supervisor: results flow again, \d+\.\d s after the last$/);
      expect(JSON.parse(stdout).frames).toMatchObject({ in: frameCount, published: frameCount });
      expect((await readdir(dir)).sort()).toEqual(['results.1.mcap', 'results.mcap']);
      const until = await recordedIds(join(dir, 'results.1.mcap'));
      expect(until).toEqual(allIds.slice(0, until.length));
      expect(until.length).toBeGreaterThan(5);
      expect(await recordedIds(out)).toEqual(allIds);
    },
  );

  test('three times within a minute ends, with what was recorded each time', async () => {
    const dir = await mkdtemp(join(rig.dir, 'out-'));
    // Late in the drive: the recording's thread has written by then, however busy the machine.
    const drills = [0, 1, 2].map((epoch) => `${epoch}:${50 + epoch}:detection:crash`).join();
    const run = supervised(drills, '--lockstep', '--json', '--out', join(dir, 'results.mcap'));
    const { code, stdout, stderr } = await run.finished;
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr.trimEnd().split('\n').at(-1)).toMatch(
      /^windshield: expected a pipeline that lives, found it dead three times within a minute, at last by SIGSEGV at .*detection of frame 52.* \(ERR_RESTARTS\)$/,
    );
    const names = [1, 2, 3].map((number) => `results.${number}.mcap`);
    expect((await readdir(dir)).sort(), stderr).toEqual(names);
    for (const name of names)
      expect((await recordedIds(join(dir, name))).length, stderr).toBeGreaterThan(5);
  });
});

test('a subscriber hears of the next life on the same endpoint by its epoch', async () => {
  const endpoint = `tcp://127.0.0.1:${await freePort()}`;
  const run = supervised('', ...unhurried, '--endpoint', endpoint);
  const subscriber = new Subscriber({ receiveTimeout: 30_000 });
  subscriber.connect(endpoint);
  subscriber.subscribe('perception', 'status');
  const ids = new Map<number, number[]>();
  const statusEpochs = new Set<number>();
  void run.finished.then(() => subscriber.close());
  for await (const [topic, payload] of subscriber) {
    if (String(topic) === 'status') {
      statusEpochs.add(fromBinary(PipelineStatusSchema, payload!).epoch);
      continue;
    }
    const { epoch, frameId } = fromBinary(PerceptionFrameSchema, payload!);
    ids.set(epoch, [...(ids.get(epoch) ?? []), Number(frameId)]);
    if (epoch === 0 && ids.get(0)!.length === 10) process.kill(pipelinePid(run)!, 'SIGKILL');
    if (epoch === 1 && ids.get(1)!.length === 10) process.kill(pipelinePid(run)!, 'SIGSEGV');
  }
  const { code, stderr } = await run.finished;
  expect(code).toBe(0);
  expect([...ids.keys()]).toEqual([0, 1, 2]);
  for (const epochIds of ids.values()) expect(epochIds).toEqual(epochIds.toSorted((a, b) => a - b));
  expect(statusEpochs).toContain(2);
  expect(supervisorLines(stderr)[0]).toMatch(/^supervisor: SIGKILL .*; started again as epoch 1$/);
});

test('a process that is stopped as a whole is taken for a hang', async () => {
  const run = supervised('', ...unhurried, ...impatient);
  await run.seen('frame ');
  process.kill(pipelinePid(run)!, 'SIGSTOP');
  const { code, stderr } = await run.finished;
  expect(code).toBe(0);
  expect(supervisorLines(stderr)[0]).toMatch(
    /stood still for \d+\.\d s.*; started again as epoch 1$/,
  );
});

test.each(['throw', 'die'])(
  'a lane whose thread ends by a %s comes back without the supervisor',
  async (fault) => {
    const { code, stdout, stderr } = await supervised(
      `0:10:detection:${fault}`,
      '--lockstep',
      '--json',
    ).finished;
    expect(code).toBe(0);
    expect(supervisorLines(stderr)).toEqual([]);
    expect(stderr).toMatch(/lane \S+ died \(.+\) and is started again/);
    const { frames, lanes } = JSON.parse(stdout);
    expect(frames).toMatchObject({ in: frameCount, published: frameCount });
    expect(lanes[0].restarts).toBe(1);
  },
);

describe('the supervisor', () => {
  test('does not try a set-up again that the pipeline refuses', async () => {
    const pipeline = await rig.writePipeline('wrong.yaml', { colour: 'blue' });
    const args = ['replay', rig.drivePath, '-p', pipeline, '--supervise'];
    const { code, stdout, stderr } = await windshield(args).finished;
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^windshield: .*unknown key "colour" \(ERR_CONFIG\)\n$/);
  });

  test('passes the first Ctrl-C on: the run ends in order, with its table', async () => {
    const run = supervised('', ...slowly);
    await run.seen('frame ');
    run.child.kill('SIGINT');
    const { code, stdout, stderr } = await run.finished;
    expect(code).toBe(0);
    expect(stdout).toMatch(/^source .* stopped$/m);
    expect(supervisorLines(stderr)).toEqual([]);
  });

  test.skipIf(!showsSignals)('ends at once by the second, whatever the pipeline does', async () => {
    const run = supervised('', ...slowly);
    await run.seen('frame ');
    const pid = pipelinePid(run)!;
    process.kill(pid, 'SIGSTOP');
    await signalAndWait(run, 'SIGINT');
    run.child.kill('SIGINT');
    expect((await run.finished).signal).toBe('SIGINT');
    expect(existsSync(`/proc/${pid}`)).toBe(false);
  });

  test('is missed by its pipeline, which then ends in order', async () => {
    const run = supervised('', '--json', ...slowly);
    await run.seen('frame ');
    run.child.kill('SIGKILL');
    // The pipes close when the pipeline has ended as well.
    const { stdout } = await run.finished;
    expect(JSON.parse(stdout).source.end).toBe('stopped');
  });

  test.skipIf(!existsSync('/proc/self/maps'))('loads no native code', async () => {
    const run = supervised('', ...slowly);
    await run.seen('frame ');
    const maps = readFileSync(`/proc/${run.child.pid}/maps`, 'utf8');
    expect(maps).not.toMatch(/\.node\b|onnxruntime/);
    expect(readFileSync(`/proc/${pipelinePid(run)}/maps`, 'utf8')).toMatch(/onnxruntime/);
    run.child.kill('SIGINT');
    expect((await run.finished).code).toBe(0);
  });

  test('keeps the recording of a pipeline that died together with its supervisor', async () => {
    const dir = await mkdtemp(join(rig.dir, 'out-'));
    const out = join(dir, 'results.mcap');
    const first = supervised('', ...unhurried, '--out', out);
    await first.seen('frame ');
    await until(() => statSync(`${out}.partial`).size > 10_000);
    const pid = pipelinePid(first)!;
    first.child.kill('SIGKILL');
    process.kill(pid, 'SIGKILL');
    await first.finished;
    expect((await supervised('', '--lockstep', '--out', out).finished).code).toBe(0);
    expect((await readdir(dir)).sort()).toEqual(['results.1.mcap', 'results.mcap']);
    expect(await recordedIds(out)).toEqual(allIds);
    await rm(dir, { recursive: true });
  });
});
