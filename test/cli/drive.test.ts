import { existsSync } from 'node:fs';
import { appendFile, readFile, rename, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { showsSignals, signalAndWait, windshield } from '../support/command-line.js';
import { writeSlowSteering } from '../support/tiny-bundles.js';
import { makeTinyRig, type TinyRig } from '../support/tiny-rig.js';

const frameCount = 30;
let rig: TinyRig;
beforeAll(async () => {
  rig = await makeTinyRig(frameCount, 40);
});
afterAll(() => rig.remove());

const replay = (...args: string[]) =>
  windshield(['replay', rig.drivePath, '--pipeline', rig.pipelinePath, ...args]);

/** Every error is one line on standard error and exit code 2; nothing is on standard output. */
async function refused(running: ReturnType<typeof windshield>, code: string) {
  const { code: exitCode, stdout, stderr } = await running.finished;
  expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  expect(stderr).toMatch(new RegExp(`^windshield: .* \\(${code}\\)\n$`));
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
  return stderr;
}

describe('windshield replay', () => {
  test('ends with the table of times, drops and counts', async () => {
    const { code, stdout, stderr } = await replay().finished;
    expect(code).toBe(0);
    for (const stage of ['detection', 'signs', 'segmentation', 'steering', 'glass to result'])
      expect(stdout).toMatch(new RegExp(`^${stage} +(\\d+\\.\\d\\d +){3}\\d+\\.\\d\\d`, 'm'));
    expect(stdout).toMatch(/^frames {5}30 in = \d+ published \+ \d+ dropped/m);
    expect(stdout).toMatch(/^zeromq {5}tcp:\/\/127\.0\.0\.1:\d+: \d+ perception, \d+ status/m);
    // No terminal, so plain lines, without control characters.
    expect(stderr).toMatch(
      /^frame +\d+ +\d+\.\d fps {2}steer +[+−]\d+\.\d° \[[·━┃]{13}\] {2}drops \d+ {2}det /m,
    );
    expect(stderr).not.toContain('\u001b');
  });

  test('--lockstep --json prints exactly one object', async () => {
    const { code, stdout } = await replay('--lockstep', '--json').finished;
    expect(code).toBe(0);
    const report = JSON.parse(stdout);
    expect(report).toMatchObject({
      pacing: 'lockstep',
      frames: { in: frameCount, published: frameCount, dropped: 0, drops: {} },
      health: [],
      outputs: [{ name: 'zeromq' }],
    });
    expect(report.firstResultMs).toBeGreaterThan(0);
    expect(Object.keys(report.stages)).toEqual(['detection', 'signs', 'segmentation', 'steering']);
  });

  test('--out records the results under their name, and only when it is whole', async () => {
    const out = join(rig.dir, 'result.mcap');
    const { code, stdout } = await replay('--lockstep', '--out', out).finished;
    expect(code).toBe(0);
    expect(stdout).toContain(`recording  ${out}: 30 perception`);
    expect(existsSync(out)).toBe(true);
    expect(existsSync(`${out}.partial`)).toBe(false);
  });

  test('--modes-from repeats a recorded run in lock-step', async () => {
    const first = join(rig.dir, 'first.mcap');
    const live = await replay('--out', first, '--json').finished;
    const again = await replay('--modes-from', first, '--json').finished;
    expect(again.code).toBe(0);
    const [{ frames }, repeated] = [live, again].map(({ stdout }) => JSON.parse(stdout));
    expect(repeated).toMatchObject({ pacing: 'lockstep', frames: { in: frameCount } });
    expect(repeated.frames.published).toBe(frames.published);
  });

  test('a recording that was cut off is replayed as far as it can be read, and the rest is counted', async () => {
    const whole = await readFile(rig.drivePath);
    const cut = join(rig.dir, 'cut.mcap');
    await writeFile(cut, whole.subarray(0, Math.round(whole.length * 0.6)));
    const args = ['replay', cut, '-p', rig.pipelinePath, '--lockstep', '--json'];
    const { code, stdout } = await windshield(args).finished;
    expect(code).toBe(0);
    const { frames } = JSON.parse(stdout);
    expect(frames.published).toBeGreaterThan(0);
    expect(frames.in).toBe(frames.published + frames.dropped);
  });

  test('--no-publish needs no port', async () => {
    const { stdout } = await replay('--no-publish', '--lockstep', '--json').finished;
    expect(JSON.parse(stdout).outputs).toEqual([]);
  });

  test('needs neither ffmpeg nor anything else on the search path for a recording', async () => {
    const args = ['replay', rig.drivePath, '-p', rig.pipelinePath, '--lockstep', '--json'];
    const { code } = await windshield(args, { PATH: '/nowhere' }).finished;
    expect(code).toBe(0);
  });
});

describe('windshield run', () => {
  test('runs the source of the pipeline file, and Ctrl-C ends it in order with the table', async () => {
    const out = join(rig.dir, 'interrupted.mcap');
    const slow = await makeTinyRig(200, 20);
    const running = windshield(['run', slow.pipelinePath, '--out', out]);
    await running.seen('frame ');
    running.child.kill('SIGINT');
    const { code, stdout } = await running.finished;
    expect(code).toBe(0);
    expect(stdout).toContain('realtime, stopped');
    expect(existsSync(out)).toBe(true);
    await slow.remove();
  });

  test('a pipeline file without a source is refused', async () => {
    const path = await rig.writePipeline('sourceless.yaml', { source: undefined });
    await refused(windshield(['run', path]), 'ERR_CONFIG');
  });
});

describe('windshield config', () => {
  test('prints what a pipeline file means, as YAML that means the same', async () => {
    const { code, stdout } = await windshield(['config', rig.pipelinePath]).finished;
    expect(code).toBe(0);
    expect(parse(stdout)).toMatchObject({
      source: rig.drivePath,
      calibration: 'recording',
      bundles: rig.bundleDirs,
      providers: ['cpu'],
      ring: { slots: 8 },
    });
  });

  test('--plan measures the stages and pins the lanes, as YAML that runs', async () => {
    const auto = await rig.writePipeline('auto.yaml', { lanes: 'auto', laneCount: 2 });
    const { code, stdout, stderr } = await windshield(['config', auto, '--plan']).finished;
    expect(code).toBe(0);
    expect(stderr).toMatch(/^lanes planned: .+ ms \| .+ ms\n$/);
    const pinned = parse(stdout);
    expect(pinned.lanes).toHaveLength(2);
    expect(pinned.lanes.flat().sort()).toEqual(['detection', 'segmentation', 'signs', 'steering']);
    const path = await rig.writePipeline('pinned.yaml', pinned);
    const again = await windshield(['config', path]).finished;
    expect(parse(again.stdout).lanes).toEqual(pinned.lanes);
  });

  test('an unknown key is refused with its line', async () => {
    const path = await rig.writePipeline('unknown.yaml', { colour: 'red' });
    const line = await refused(windshield(['config', path]), 'ERR_CONFIG');
    expect(line).toMatch(/unknown\.yaml:\d+: unknown key "colour"/);
  });

  test('what is not there, or is not what its key says, is refused by its key, all at once', async () => {
    const path = await rig.writePipeline('places.yaml', {
      source: 'no-drive.mcap',
      calibration: 'no-camera.yaml',
      bundles: { ...rig.bundleDirs, steering: 'no-bundle', signs: rig.bundleDirs.detection },
      record: { path: 'no-folder/results.mcap' },
      listen: { tokenFile: 'no-token' },
    });
    const line = await refused(windshield(['config', path]), 'ERR_CONFIG');
    expect(line).toContain(`source: there is nothing at ${join(rig.dir, 'no-drive.mcap')}`);
    expect(line).toContain('calibration: ');
    expect(line).toContain('bundles.steering: ');
    expect(line).toContain('bundles.signs: expected a bundle for signs, found one for detection');
    expect(line).toContain('record: expected its folder, found none');
    expect(line).toContain('listen.tokenFile: ');
    // The file of another machine is checked without all that.
    const { code, stdout } = await windshield(['config', path, '--elsewhere']).finished;
    expect(code).toBe(0);
    expect(parse(stdout).source).toContain('no-drive.mcap');
  });

  test('of several cameras each is looked at, and no password of theirs is printed', async () => {
    const file = { source: undefined, calibration: 'none' };
    const rear = { source: 'no-drive.mcap', mount: 'no-mount', bundles: { signs: 'no-bundle' } };
    const front = { source: 'rtsp://user:sesame@camera.example/1' };
    const path = await rig.writePipeline('views.yaml', { ...file, cameras: { front, rear } });
    const line = await refused(windshield(['config', path]), 'ERR_CONFIG');
    expect(line).toContain(
      `cameras.rear.source: there is nothing at ${join(rig.dir, rear.source)}`,
    );
    expect(line).toContain('cameras.rear.mount: ');
    expect(line).toContain('cameras.rear.bundles.signs: ');
    expect(line).not.toContain('cameras.front');
    const { code, stdout } = await windshield(['config', path, '--elsewhere']).finished;
    expect(code).toBe(0);
    expect(parse(stdout).cameras.front.source).toBe('rtsp://***@camera.example/1');
  });

  test('a live source is looked for when it is opened, not here', async () => {
    const path = await rig.writePipeline('live.yaml', {
      source: 'camera:/dev/no-camera',
      calibration: 'none',
    });
    expect((await windshield(['config', path]).finished).code).toBe(0);
  });
});

describe('one clear line and exit code 2 for', () => {
  test('a source that is not there', async () => {
    const args = ['replay', '/no/drive.mcap', '-p', rig.pipelinePath];
    await refused(windshield(args), 'ERR_SOURCE_MISSING');
  });

  test('an empty recording', async () => {
    const empty = join(rig.dir, 'empty.mcap');
    await writeFile(empty, '');
    await refused(windshield(['replay', empty, '-p', rig.pipelinePath]), 'ERR_SOURCE_EMPTY');
  });

  test('a port in use, with its number', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as { port: number };
    const running = replay(
      '--endpoint',
      `tcp://127.0.0.1:${port}`,
      '--out',
      join(rig.dir, 'p.mcap'),
    );
    expect(await refused(running, 'ERR_PORT_IN_USE')).toContain(String(port));
    server.close();
    expect(existsSync(join(rig.dir, 'p.mcap.partial'))).toBe(false);
  });

  test('an endpoint that the network could reach without a key', async () => {
    await refused(replay('--endpoint', 'tcp://0.0.0.0:5556'), 'ERR_CONFIG');
  });

  test('a network that was changed after its manifest was written', async () => {
    const network = join(rig.bundleDirs.steering, 'model.onnx');
    await rename(network, `${network}.kept`);
    await writeFile(network, await readFile(`${network}.kept`));
    await appendFile(network, 'x');
    await refused(replay(), 'ERR_BUNDLE_HASH');
    await rename(`${network}.kept`, network);
  });

  test('an option that does not exist', async () => {
    const line = await refused(replay('--fast'), 'ERR_USAGE');
    expect(line).toContain("unknown option '--fast'");
  });

  test('a command that does not exist', async () => {
    await refused(windshield(['drvie']), 'ERR_USAGE');
  });

  test('options that contradict each other', async () => {
    await refused(replay('--rate', '2', '--lockstep'), 'ERR_USAGE');
    await refused(replay('--images'), 'ERR_USAGE');
    await refused(replay('--keep', '30s'), 'ERR_USAGE');
    await refused(replay('--split', '30s'), 'ERR_USAGE');
    await refused(replay('--out', 'one.mcap', '--record', 'other.mcap'), 'ERR_USAGE');
    await refused(replay('--modes-from', 'results.mcap', '--rate', '2'), 'ERR_USAGE');
  });

  test('a rate that is none', async () => {
    await refused(replay('--rate', '0'), 'ERR_USAGE');
  });
});

describe('windshield --help', () => {
  test('names every command and explains the words', async () => {
    const { code, stdout } = await windshield(['--help']).finished;
    expect(code).toBe(0);
    const commands = 'replay run config import simulate train export evaluate'.split(' ');
    for (const command of commands) expect(stdout).toMatch(new RegExp(`^  ${command} `, 'm'));
    for (const word of ['lane', 'bundle', 'lock-step', 'drop', 'glass to result', 'Exit codes'])
      expect(stdout).toContain(word);
  });

  test('of a command explains its options', async () => {
    for (const args of [
      ['replay', '--help'],
      ['help', 'replay'],
    ]) {
      const { code, stdout } = await windshield(args).finished;
      expect(code).toBe(0);
      expect(stdout).toContain('--lockstep');
    }
  });

  test('without a command is shown as well, with exit code 2', async () => {
    const { code, stderr } = await windshield([]).finished;
    expect(code).toBe(2);
    expect(stderr).toContain('Usage: windshield');
  });

  test('--version prints the version of the package', async () => {
    const { stdout } = await windshield(['--version']).finished;
    const { version } = JSON.parse(await readFile('package.json', 'utf8'));
    expect(stdout.trim()).toBe(version);
  });
});

test('--verbose adds the stack', async () => {
  const { stderr } = await windshield(['config', '/no/such.yaml', '--verbose']).finished;
  expect(stderr).toMatch(/^windshield: .*\(ERR_CONFIG\)\n/);
  expect(stderr).toContain('pipeline-file.ts');
});

test('a reader that goes away is no error', async () => {
  const running = windshield(['config', rig.pipelinePath]);
  running.child.stdout?.destroy();
  const { code, stderr } = await running.finished;
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
});

test.skipIf(!showsSignals)(
  'a second Ctrl-C ends the process at once, in the middle of a network',
  async () => {
    await writeSlowSteering(join(rig.dir, 'slow'), 1536);
    const changes = { bundles: { steering: 'slow' }, lanes: [['steering']] };
    const running = windshield(['run', await rig.writePipeline('slow.yaml', changes)]);
    await running.seen('frame ');
    await signalAndWait(running, 'SIGINT');
    running.child.kill('SIGINT');
    const { code, signal, stdout } = await running.finished;
    expect({ code, signal, stdout }).toEqual({ code: null, signal: 'SIGINT', stdout: '' });
  },
);
