import {
  copyFileSync,
  existsSync,
  linkSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fromBinary } from '@bufbuild/protobuf';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PerceptionFrameSchema } from '../../src/messages/gen/windshield/v1/perception_pb.js';
import { RecordingReader } from '../../src/recording/recording-reader.js';
import {
  catches,
  type Running,
  showsSignals,
  start,
  until,
  windshield,
} from '../support/command-line.js';
import { makeTinyRig, type TinyRig } from '../support/tiny-rig.js';

let rig: TinyRig;
let results: string;
const at = (name: string) => join(rig.dir, name);
const replayOf = (drive: string, ...args: string[]) =>
  windshield(['replay', drive, '-p', rig.pipelinePath, '--no-publish', ...args]);
beforeAll(async () => {
  // Twenty seconds of the drive: longer than any test looks at it.
  rig = await makeTinyRig(400, 20);
  results = at('results.mcap');
  const { code, stderr } = await replayOf(rig.drivePath, '--lockstep', '--out', results).finished;
  expect(code, stderr).toBe(0);
});
afterAll(() => rig.remove());

async function counts(path: string): Promise<Record<string, number>> {
  const reader = await RecordingReader.open(path);
  try {
    return Object.fromEntries(
      reader.channels.map(({ topic, messageCount }) => [topic, messageCount]),
    );
  } finally {
    await reader.close();
  }
}

async function lastFrameId(path: string): Promise<number> {
  const reader = await RecordingReader.open(path);
  let id = -1;
  for await (const { data } of reader.messages({ topics: ['perception'] }))
    id = Number(fromBinary(PerceptionFrameSchema, data).frameId);
  await reader.close();
  return id;
}

describe('an output never takes the place of something else', () => {
  const cases: [string, () => { keeps: string; args: string[] }][] = [
    [
      'replay --out, the drive',
      () => ({
        keeps: rig.drivePath,
        args: ['replay', rig.drivePath, '-p', rig.pipelinePath, '--out', rig.drivePath],
      }),
    ],
    [
      'replay --out, a link to the drive',
      () => {
        const link = at('link.mcap');
        if (!existsSync(link)) symlinkSync(rig.drivePath, link);
        return {
          keeps: rig.drivePath,
          args: ['replay', rig.drivePath, '-p', rig.pipelinePath, '--out', link],
        };
      },
    ],
    [
      'replay --out, a hard link to the drive',
      () => {
        const link = at('hard.mcap');
        if (!existsSync(link)) linkSync(rig.drivePath, link);
        return {
          keeps: link,
          args: ['replay', rig.drivePath, '-p', rig.pipelinePath, '--out', link],
        };
      },
    ],
    [
      'replay --out, another drive',
      () => {
        copyFileSync(rig.drivePath, at('other.mcap'));
        return {
          keeps: at('other.mcap'),
          args: ['replay', rig.drivePath, '-p', rig.pipelinePath, '--out', at('other.mcap')],
        };
      },
    ],
    [
      'replay --out, the run to repeat',
      () => ({
        keeps: results,
        args: [
          'replay',
          rig.drivePath,
          '-p',
          rig.pipelinePath,
          '--modes-from',
          results,
          '--out',
          results,
        ],
      }),
    ],
    [
      'picture --out, the drive',
      () => ({
        keeps: rig.drivePath,
        args: ['picture', results, '--drive', rig.drivePath, '--out', rig.drivePath],
      }),
    ],
    [
      'latency --junit, the results',
      () => ({ keeps: results, args: ['latency', results, '--max', 'p99=1s', '--junit', results] }),
    ],
    [
      'diff --html, the drive',
      () => {
        const args = ['diff', results, results, '--drive', rig.drivePath, '--html', rig.drivePath];
        return { keeps: rig.drivePath, args };
      },
    ],
    [
      'diff --junit, a result',
      () => ({ keeps: results, args: ['diff', results, results, '--junit', results] }),
    ],
    [
      'verify --update, the drive',
      () => ({
        keeps: rig.drivePath,
        args: [
          ...['verify', rig.drivePath, '-p', rig.pipelinePath],
          ...['--reference', rig.drivePath, '--update'],
        ],
      }),
    ],
    [
      'verify --out, the reference',
      () => ({
        keeps: results,
        args: [
          ...['verify', rig.drivePath, '-p', rig.pipelinePath],
          ...['--reference', results, '--out', results],
        ],
      }),
    ],
    [
      'fleet merge --html, the rules',
      () => {
        writeFileSync(at('rules.yaml'), 'exact: never\n');
        const keeps = at('rules.yaml');
        return { keeps, args: ['fleet', 'merge', rig.dir, '--rules', keeps, '--html', keeps] };
      },
    ],
    [
      'fleet map --html, a recording',
      () => ({ keeps: results, args: ['fleet', 'map', rig.dir, '--html', results] }),
    ],
    [
      'latency --html, the results',
      () => ({ keeps: results, args: ['latency', results, '--html', results] }),
    ],
    [
      'latency --html, the drive',
      () => ({ keeps: rig.drivePath, args: ['latency', results, '--html', rig.drivePath] }),
    ],
    [
      'simulate sheet --out, the drive',
      () => ({
        keeps: rig.drivePath,
        args: ['simulate', 'sheet', '--count', '1', '--out', rig.drivePath],
      }),
    ],
    [
      'simulate drive --out, results',
      () => ({ keeps: results, args: ['simulate', 'drive', '--seconds', '0.1', '--out', results] }),
    ],
    [
      '--endpoint ipc://, a file',
      () => ({
        keeps: rig.drivePath,
        args: [
          'replay',
          rig.drivePath,
          '-p',
          rig.pipelinePath,
          '--endpoint',
          `ipc://${rig.drivePath}`,
        ],
      }),
    ],
  ];
  test.each(cases)('%s', async (_name, make) => {
    const { keeps, args } = make();
    const before = readFileSync(keeps);
    const { code, stderr } = await windshield(args).finished;
    expect(code, stderr).toBe(2);
    expect(stderr).toMatch(/^windshield: .* found .* \(ERR_(USAGE|OUTPUT|PUBLISH)\)\n$/);
    expect(readFileSync(keeps).equals(before)).toBe(true);
    expect(readdirSync(rig.dir).filter((name) => name.endsWith('.partial'))).toEqual([]);
  });
});

describe('a run that is ended', () => {
  test('by kill -9 has lost two seconds at most, and the next run keeps what it had', async () => {
    const out = at('killed.mcap');
    const running = replayOf(rig.drivePath, '--out', out);
    // Longer than the two seconds, so that something must be there.
    await running.seen(/frame +(6\d|[7-9]\d|\d{3})/);
    running.child.kill('SIGKILL');
    const { stderr } = await running.finished;
    const shown = Number(/frame +(\d+)/.exec(stderr.trim().split('\n').at(-1)!)![1]);
    expect(shown).toBeGreaterThan(20);
    // At twenty frames a second; a busy machine leaves frames out, which are not lost by the kill.
    expect(await lastFrameId(`${out}.partial`)).toBeGreaterThanOrEqual(shown - 40);
    const { perception = 0 } = await counts(`${out}.partial`);
    const next = await replayOf(rig.drivePath, '--lockstep', '--out', out).finished;
    expect(next.stderr).toContain(`is kept: ${at('killed.1.mcap.interrupted')}`);
    expect((await counts(at('killed.1.mcap.interrupted')))['perception']).toBe(perception);
    expect((await counts(out))['perception']).toBe(400);
  });

  test('by SIGHUP ends in order, and --images copies the pictures of what was run', async () => {
    const out = at('hung-up.mcap');
    const running = replayOf(rig.drivePath, '--images', '--out', out);
    await running.seen('frame ');
    running.child.kill('SIGHUP');
    const { code, stdout } = await running.finished;
    expect(code).toBe(0);
    expect(stdout).toContain('realtime, stopped');
    const { perception = 0, 'camera/image': pictures = 0 } = await counts(out);
    expect(perception).toBeGreaterThan(0);
    expect(pictures).toBeGreaterThanOrEqual(perception);
    expect(pictures).toBeLessThan(300);
  });

  const moments: [string, (running: Running, partial: string) => Promise<void>][] = [
    // Node has a handler of SIGINT from the start; that of SIGHUP is taken last, with the others.
    ['as soon as it hears of it', (running) => catches(running, 'SIGHUP')],
    ['when its recording is begun', (_, partial) => until(() => existsSync(partial))],
  ];
  test.skipIf(!showsSignals).each(moments)(
    'by Ctrl-C %s, in the middle of its start, ends in order',
    async (_name, moment) => {
      const partial = at('early.mcap.partial');
      const running = replayOf(rig.drivePath, '--out', at('early.mcap'));
      await moment(running, partial);
      running.child.kill('SIGINT');
      const { code, signal, stderr } = await running.finished;
      expect({ code, signal, stderr }).toMatchObject({ code: 0, signal: null });
      expect(existsSync(partial)).toBe(false);
    },
  );

  test('is alone with its output: a second one is refused, the first goes on', async () => {
    const out = at('shared.mcap');
    const first = replayOf(rig.drivePath, '--out', out);
    await first.seen('frame ');
    // It stands still meanwhile: a slow start of the second must not find the first done.
    first.child.kill('SIGSTOP');
    const second = await replayOf(rig.drivePath, '--out', out).finished;
    expect(second.code).toBe(2);
    expect(second.stderr).toMatch(
      new RegExp(`found process ${first.child.pid} writing ${out}.partial`),
    );
    first.child.kill('SIGINT');
    first.child.kill('SIGCONT');
    expect((await first.finished).code).toBe(0);
    expect((await counts(out))['perception']).toBeGreaterThan(0);
  });

  test('for want of room leaves what was recorded until then under a name that says so', async () => {
    const args = [
      'replay',
      rig.drivePath,
      '-p',
      rig.pipelinePath,
      '--no-publish',
      '--lockstep',
      '--images',
    ];
    const program = join(import.meta.dirname, '../../bin/windshield.js');
    const words = [
      '-c',
      'ulimit -f 200; exec "$0" "$@"',
      process.execPath,
      program,
      ...args,
      '--out',
      at('full.mcap'),
    ];
    const { code, stderr } = await start('/bin/sh', words).finished;
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /expected room, found the largest size of a file reached.*\(ERR_OUTPUT\)/,
    );
    expect(readdirSync(rig.dir).filter((name) => name.startsWith('full'))).toEqual([
      'full.1.mcap.interrupted',
    ]);
  });
});
