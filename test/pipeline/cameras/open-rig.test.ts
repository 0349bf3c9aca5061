import { join } from 'node:path';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Subscriber } from 'zeromq';
import { FrameRing } from '../../../src/frame/frame-ring.js';
import {
  type PerceptionFrame,
  PerceptionFrameSchema,
  PipelineStatusSchema,
  SyncSetSchema,
} from '../../../src/messages/gen/windshield/v1/perception_pb.js';
import { withoutTiming } from '../../../src/messages/without-timing.js';
import { OneCamera } from '../../../src/outputs/one-camera.js';
import type { Output } from '../../../src/outputs/output.js';
import { configOfCamera } from '../../../src/pipeline/cameras/camera-configs.js';
import { openRig } from '../../../src/pipeline/cameras/open-rig.js';
import { openFrameLoop } from '../../../src/pipeline/open-frame-loop.js';
import { runPipeline } from '../../../src/pipeline/pipeline.js';
import { loadPipelineFile } from '../../../src/pipeline/pipeline-file.js';
import { recordingInfo } from '../../../src/recording/recording-info.js';
import { RecordingReader } from '../../../src/recording/recording-reader.js';
import { freePort, until, windshield } from '../../support/command-line.js';
import { writeTinyDrive } from '../../support/tiny-drive.js';
import { makeTinyRig, type TinyRig } from '../../support/tiny-rig.js';

const rateHz = 40;
const frontFrames = 12;
const rearFrames = 8;
let rig: TinyRig;

beforeAll(async () => {
  rig = await makeTinyRig(frontFrames, rateHz);
  // Begins two frames later, and 5 ms out of step.
  await writeTinyDrive(join(rig.dir, 'rear.mcap'), rearFrames, rateHz, 55);
});
afterAll(() => rig.remove());

const cameras = {
  front: { source: 'drive.mcap' },
  rear: { source: 'rear.mcap', stages: ['detection', 'signs'] },
};
const sync = { around: { cameras: ['front', 'rear'], toleranceMs: 10 } };

async function configOf(name: string, changes: object = {}) {
  const path = await rig.writePipeline(`${name}.yaml`, {
    source: undefined,
    publish: {},
    cameras,
    sync,
    ...changes,
  });
  return loadPipelineFile(path);
}

async function record(name: string, changes: object = {}) {
  const path = join(rig.dir, `${name}.mcap`);
  const config = await configOf(name, { record: { path, images: true }, ...changes });
  const order: string[] = [];
  const onFrame = (frame: PerceptionFrame, _: unknown, __: unknown, camera: string) =>
    void order.push(`${camera}${frame.frameId}`);
  const { report, error } = await (await openRig({ config, pacing: 'lockstep', onFrame })).run();
  expect(error).toBeUndefined();
  return { path, report, order };
}

async function payloads(path: string, topic: string): Promise<Uint8Array[]> {
  const reader = await RecordingReader.open(path);
  const found: Uint8Array[] = [];
  for await (const { data } of reader.messages({ topics: [topic] })) found.push(data);
  await reader.close();
  return found;
}

/** A result as a run of this camera alone gives it. */
const alone = (payload: Uint8Array) => {
  const frame = fromBinary(PerceptionFrameSchema, withoutTiming(payload));
  return toBinary(PerceptionFrameSchema, create(PerceptionFrameSchema, { ...frame, camera: '' }));
};

describe('two recorded drives as two cameras, in lock-step', () => {
  test('run frame by frame in the order of their times, into one recording whose bytes repeat', async () => {
    const first = await record('first');
    const times = [
      ...Array.from({ length: frontFrames }, (_, i) => [`front${i}`, i * 25] as const),
      ...Array.from({ length: rearFrames }, (_, i) => [`rear${i}`, 55 + i * 25] as const),
    ];
    expect(first.order).toEqual(times.toSorted((a, b) => a[1] - b[1]).map(([frame]) => frame));
    const second = await record('second');
    const [a, b] = [
      await payloads(first.path, '/front/perception'),
      await payloads(second.path, '/front/perception'),
    ];
    expect(a.map(withoutTiming)).toEqual(b.map(withoutTiming));
    const topics = async (path: string) => (await recordingInfo(path)).topics;
    expect(await topics(first.path)).toEqual(
      (await topics(second.path)).map((topic) =>
        expect.objectContaining({
          topic: topic.topic,
          messages: topic.messages,
          lastNs: topic.lastNs,
        }),
      ),
    );
  });

  test('see what each sees alone, by the stages that run on it', async () => {
    const { path, report } = await record('both');
    for (const [name, source, stages] of [
      ['front', 'drive.mcap', 4],
      ['rear', 'rear.mcap', 2],
    ] as const) {
      const own = await payloads(path, `/${name}/perception`);
      const bundles = Object.fromEntries(
        Object.entries(rig.bundleDirs).filter(
          ([task]) => stages === 4 || task === 'detection' || task === 'signs',
        ),
      );
      const lanes =
        stages === 4
          ? [['steering', 'detection', 'signs'], ['segmentation']]
          : [['detection', 'signs']];
      const single = await rig.writePipeline(`${name}-alone.yaml`, { bundles, lanes, publish: {} });
      const frames: Uint8Array[] = [];
      await runPipeline({
        config: await loadPipelineFile(single),
        source: join(rig.dir, source),
        pacing: 'lockstep',
        onFrame: (_, payload) => frames.push(payload.slice()),
      });
      expect(own.map(alone)).toEqual(frames.map(alone));
      expect(report.cameras[name]!.frames).toMatchObject({ published: frames.length, dropped: 0 });
      expect(fromBinary(PerceptionFrameSchema, own[0]!).camera).toBe(name);
    }
    expect(Object.keys(report.cameras['rear']!.stages)).toEqual(['detection', 'signs']);
  });

  test('are paired, and a missing partner is counted and said', async () => {
    const { path, report } = await record('paired');
    // Front 0 to 1 have no partner; 2 to 9 have rear 0 to 7, 5 ms later; 10 and 11 have none.
    expect(report.sync).toEqual({
      around: {
        cameras: ['front', 'rear'],
        complete: 8,
        incomplete: 4,
        missing: { front: 0, rear: 4 },
        largestOffsetMs: 5,
      },
    });
    const sets = (await payloads(path, 'sync/around')).map((data) =>
      fromBinary(SyncSetSchema, data),
    );
    expect(sets).toHaveLength(12);
    expect(sets[0]).toMatchObject({ group: 'around', missing: ['rear'] });
    expect(sets[2]!.members).toMatchObject([
      { camera: 'front', frameId: 2n, offsetNs: 0n },
      { camera: 'rear', frameId: 0n, offsetNs: 5_000_000n },
    ]);
  });

  test('are read again one by one, by their names behind the recording', async () => {
    const { path } = await record('read');
    const { topics, metadata } = await recordingInfo(path);
    const names = topics.map(({ topic }) => topic);
    expect(names).toEqual(
      expect.arrayContaining([
        '/front/camera/image',
        '/front/perception',
        '/rear/camera/image',
        '/rear/camera/calibration',
        'sync/around',
      ]),
    );
    expect(Object.keys(metadata)).toContain('/rear/windshield.result');
    const rear = await RecordingReader.open(`${path}#rear`);
    expect(rear.channels.map(({ topic }) => topic)).toContain('perception');
    expect([...rear.metadata.keys()]).toContain('windshield.result');
    await rear.close();
    await expect(RecordingReader.open(`${path}#left`)).rejects.toMatchObject({
      code: 'ERR_RECORDING',
      message: expect.stringContaining('found front, rear'),
    });
    const again: Uint8Array[] = [];
    await runPipeline({
      config: await loadPipelineFile(await rig.writePipeline('again.yaml', { publish: {} })),
      source: `${path}#front`,
      pacing: 'lockstep',
      onFrame: (_, payload) => again.push(payload.slice()),
    });
    const own = await payloads(path, '/front/perception');
    expect(again.map(alone)).toEqual(own.map(alone));
  });
});

describe('two cameras in real time', () => {
  test('publish under their names, each with its health, and share the lanes', async () => {
    const endpoint = `tcp://127.0.0.1:${await freePort()}`;
    const config = await configOf('live', {
      publish: { zeromq: { endpoint } },
      lanes: [['steering', 'detection', 'signs', 'segmentation']],
    });
    // Goes round until all was heard: a subscription may come late.
    const sourceOptions = { repeat: { frameCount: 1_000_000 } };
    const run = await openRig({ config, pacing: 'realtime', sourceOptions });
    const socket = new Subscriber();
    socket.connect(endpoint);
    socket.subscribe();
    const heard = new Map<string, Uint8Array>();
    const listening = (async () => {
      for await (const [topic, payload] of socket) heard.set(String(topic), payload!);
    })().catch(() => undefined);
    const ending = new AbortController();
    const running = run.run(ending.signal);
    await until(() => ['/front/status', '/rear/status'].every((topic) => heard.has(topic)));
    ending.abort();
    const { report, error } = await running;
    expect(error).toBeUndefined();
    for (const name of ['front', 'rear']) {
      const { frames } = report.cameras[name]!;
      expect(frames.in).toBe(frames.published + frames.dropped);
      expect(frames.published).toBeGreaterThan(0);
    }
    socket.close();
    await listening;
    const status = fromBinary(PipelineStatusSchema, heard.get('/rear/status')!);
    expect(status).toMatchObject({ camera: 'rear', sourceName: 'rear.mcap' });
    expect(report.lanes).toHaveLength(1);
  });

  test('do not start where one of them cannot be opened', async () => {
    const config = await configOf('missing', {
      cameras: { ...cameras, rear: { source: 'nowhere.mcap' } },
    });
    await expect(openRig({ config, pacing: 'lockstep' })).rejects.toMatchObject({
      code: 'ERR_SOURCE_MISSING',
    });
  });
});

test('a ring has slots for the outputs that look at its own camera, and for no others', async () => {
  const slots = new Map<string, number>();
  const pixelOutput = (name: string): Output => ({
    name,
    place: 'the test',
    topics: ['perception'],
    needsPixels: true,
    counts: new Map(),
    send({ camera, pixels }) {
      const shared = pixels?.bytes.buffer;
      if (shared instanceof SharedArrayBuffer)
        slots.set(camera!, FrameRing.attach(shared).slotCount);
      pixels?.release();
    },
    close: async () => {},
  });
  const config = await configOf('slots');
  const outputs = [
    pixelOutput('all'),
    new OneCamera(pixelOutput('front'), 'front'),
    new OneCamera(pixelOutput('front too'), 'front'),
  ];
  await (await openRig({ config, pacing: 'lockstep', outputs })).run();
  const { slots: ofLanes } = config.ring;
  expect(Object.fromEntries(slots)).toEqual({ front: ofLanes + 3, rear: ofLanes + 1 });
}, 30_000);

describe('one camera of the file alone', () => {
  test('runs in a program, and under its name on the command line', async () => {
    const config = await rig.writePipeline('one.yaml', {
      source: undefined,
      publish: {},
      cameras,
      sync,
    });
    const loop = await openFrameLoop({ config, cameraName: 'rear', pacing: 'lockstep' });
    let frames = 0;
    for await (const _ of loop) frames++;
    expect(frames).toBe(rearFrames);
    const reference = join(rig.dir, 'one-reference.mcap');
    const drive = join(rig.dir, 'rear.mcap');
    const asked = ['verify', drive, '--reference', reference, '--pipeline', config];
    const renewed = await windshield([...asked, '--camera', 'rear', '--update']).finished;
    expect([renewed.code, renewed.stderr]).toEqual([0, expect.any(String)]);
    const { topics } = await recordingInfo(reference);
    expect(topics.find(({ topic }) => topic === 'perception')?.messages).toBe(rearFrames);
    const unnamed = await windshield(asked).finished;
    expect(unnamed.code).toBe(2);
    expect(unnamed.stderr).toMatch(
      /expected a camera \w+ in .*rear.mcap, found a recording of one camera/,
    );
    const replayed = await windshield([
      'replay',
      '--pipeline',
      config,
      '--camera',
      'rear',
      '--lockstep',
      '--json',
    ]).finished;
    expect(JSON.parse(replayed.stdout).frames.published).toBe(rearFrames);
  }, 60_000);

  test('has the lanes of what runs on it, and no others', async () => {
    const file = await configOf('lanes');
    expect(configOfCamera(file, 'rear').lanes).toEqual([['detection', 'signs']]);
    expect(configOfCamera(file, 'front').lanes).toEqual(file.lanes);
  });

  test('is refused where the file has none of that name, or no cameras', async () => {
    const file = await configOf('chosen');
    expect(() => configOfCamera(file, 'left')).toThrow(
      /expected a camera of front, rear, found left/,
    );
    expect(configOfCamera(file, 'rear')).toMatchObject({ source: join(rig.dir, 'rear.mcap') });
    const { cameras: _, sync: __, ...single } = file;
    expect(() => configOfCamera(single, 'rear')).toThrow(/without `cameras`/);
    expect(configOfCamera(single, undefined)).toBe(single);
  });
});

test('config refuses a camera that the recording does not hold, as the run does', async () => {
  const { path } = await record('held');
  for (const [source, code] of [
    [`${path}#rear`, 0],
    [`${path}#nosuch`, 2],
    [`${join(rig.dir, 'drive.mcap')}#front`, 2],
  ] as const) {
    const file = await rig.writePipeline('config.yaml', { source, publish: {} });
    const { code: found, stderr } = await windshield(['config', file]).finished;
    expect([source, found]).toEqual([source, code]);
    if (code !== 0) expect(stderr).toContain('source: expected a camera');
  }
}, 60_000);

test('the command line replays them, and then the recording that holds both', async () => {
  const path = await rig.writePipeline('command.yaml', {
    source: undefined,
    publish: {},
    cameras,
    sync,
  });
  const out = join(rig.dir, 'command.mcap');
  const asked = ['replay', '--pipeline', path, '--lockstep'];
  const first = await windshield([...asked, '--out', out, '--images', '--json']).finished;
  expect(first.code).toBe(0);
  const report = JSON.parse(first.stdout);
  expect(Object.keys(report.cameras)).toEqual(['front', 'rear']);
  expect(report.outputs[0].topics.perception.sent).toBe(frontFrames + rearFrames);
  const again = await windshield(['replay', out, ...asked.slice(1)]).finished;
  expect(again.code).toBe(0);
  expect(again.stdout).toContain('camera rear\n');
  expect(again.stdout).toContain('command.mcap#rear, 128x96, lockstep, ended');
  expect(again.stdout).toContain('sync       around: 8 complete, 4 without rear, at most 5.0 ms');
});

test('one camera alone takes its own pictures of the recording that holds both', async () => {
  const { path: drive } = await record('held-both');
  const path = await rig.writePipeline('one-of-both.yaml', {
    source: undefined,
    publish: {},
    cameras,
    sync,
  });
  const args = ['-p', path, '--camera', 'rear'];
  const out = join(rig.dir, 'rear-alone.mcap');
  const replay = ['replay', drive, ...args, '--lockstep', '--out', out];
  const { code, stdout, stderr } = await windshield(replay).finished;
  expect(code, stderr).toBe(0);
  expect(stdout).toContain('held-both.mcap#rear, 128x96, lockstep, ended');
  expect((await payloads(out, 'perception')).map(alone)).toEqual(
    (await payloads(drive, '/rear/perception')).map(alone),
  );
}, 60_000);

test('a run to repeat is refused for several cameras', async () => {
  const { path: drive } = await record('to-repeat');
  const path = await rig.writePipeline('repeated.yaml', {
    source: undefined,
    publish: {},
    cameras,
  });
  const args = ['replay', drive, '-p', path, '--modes-from', drive];
  const { code, stderr } = await windshield(args).finished;
  expect(stderr).toMatch(/--modes-from.*--camera.*\(ERR_USAGE\)\n$/);
  expect(code).toBe(2);
}, 60_000);

test.each([
  ['latency', []],
  ['export-drive', ['--csv', 'tables']],
  // Needs ffmpeg only once it may begin.
  ['export-drive', ['--film', 'film.mp4']],
])(
  '%s %j of the results of several cameras asks for one of them',
  async (command, args) => {
    const { path } = await record(['several', command, ...args].join('').replaceAll('.', ''));
    const placed = args.map((arg) => (arg.startsWith('--') ? arg : join(rig.dir, arg)));
    const { code, stderr } = await windshield([command, path, ...placed]).finished;
    expect(stderr).toMatch(/results of one camera.*front, rear.*\.mcap#front \(ERR_RECORDING\)\n$/);
    expect(code).toBe(2);
    if (args.includes('--film')) return;
    const chosen = await windshield([command, `${path}#rear`, ...placed]).finished;
    expect(chosen.code, chosen.stderr).toBe(0);
  },
  60_000,
);

describe('a pipeline file with cameras', () => {
  test.each([
    [{ cameras: { Front: { source: 'drive.mcap' } } }, /small letters/],
    [{ source: 'drive.mcap' }, /source: belongs to one camera/],
    [{ calibration: 'front.yaml' }, /calibration: a file is of one camera/],
    [
      { sync: { around: { cameras: ['front', 'left'], toleranceMs: 5 } } },
      /expected one of front, rear, found left/,
    ],
    [
      { cameras: { ...cameras, rear: { source: 'rear.mcap', stages: ['signs'] } } },
      /signs reads the answer of detection/,
    ],
    [
      { cameras: { ...cameras, rear: { source: 'rear.mcap', stages: ['detection', 'novelty'] } } },
      /cameras\.rear\.stages\[1\]: novelty has no entry in bundles/,
    ],
    [{ cameras: undefined }, /sync: is for several cameras/],
  ])('is refused where it makes no sense: %j', async (changes, message) => {
    await expect(configOf('wrong', changes)).rejects.toMatchObject({
      code: 'ERR_CONFIG',
      message: expect.stringMatching(message),
    });
  });
});
