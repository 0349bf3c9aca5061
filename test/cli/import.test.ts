import { execFile, spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fromBinary } from '@bufbuild/protobuf';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { encodeJpeg, encodePng } from '../../src/codec/image-codec.js';
import { CompressedImageSchema } from '../../src/messages/gen/foxglove/compressed_image_pb.js';
import { GroundTruthSchema } from '../../src/messages/gen/windshield/v1/perception_pb.js';
import { RecordingReader } from '../../src/recording/recording-reader.js';
import { whyMissing } from '../capture/tools.js';
import { buildDrive, numberedImage } from '../recording/drive-builder.js';
import { until } from '../support/command-line.js';
import { sharedDataDir } from '../support/shared-data.js';

const repoDir = fileURLToPath(new URL('../..', import.meta.url));
const mainUrl = new URL('../../dist/cli/main.js', import.meta.url).href;
const skip = whyMissing('ffmpeg') ?? whyMissing('ffprobe');
const left = (reason: string | undefined) => (reason === undefined ? '' : ` (left out: ${reason})`);

let sources: string;
let dir: string;
let out: string;

beforeAll(async () => {
  sources = await mkdtemp(join(tmpdir(), 'windshield-sources-'));
});
afterAll(() => rm(sources, { recursive: true }));
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'windshield-import-'));
  out = join(dir, 'drive.mcap');
});
afterEach(() => rm(dir, { recursive: true }));

/** Node's arguments for the command line, as bin/windshield.js runs it, without building first. */
const nodeArguments = (...words: string[]) => [
  '--input-type=module',
  '-e',
  `import(${JSON.stringify(mainUrl)}).then(({ main }) => main(process.argv.slice(1)))`,
  '--',
  ...words,
];

/** Runs `windshield import` in a process of its own. */
function windshieldImport(
  ...words: string[]
): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      nodeArguments('import', ...words),
      { cwd: repoDir },
      (_error, stdout, stderr) => resolve({ code: child.exitCode ?? -1, stdout, stderr }),
    );
  });
}

async function readDrive(path: string) {
  const reader = await RecordingReader.open(path);
  const images: { stampNs: bigint; data: Uint8Array }[] = [];
  const truths: ReturnType<typeof truthOf>[] = [];
  for await (const { topic, stampNs, data } of reader.messages()) {
    if (topic === 'camera/image') {
      images.push({ stampNs, data: fromBinary(CompressedImageSchema, data).data });
    } else truths.push(truthOf(data));
  }
  await reader.close();
  return { images, truths, metadata: reader.metadata.get('windshield.drive') };
}

function truthOf(data: Uint8Array) {
  const { frameId, stampNs, vehicle } = fromBinary(GroundTruthSchema, data);
  return { frameId, stampNs, steeringRad: vehicle!.steeringRad, speedMps: vehicle!.speedMps };
}

test('a Udacity drive keeps its JPEG bytes and times; steering and speed become ground truth', async () => {
  const source = join(sources, 'udacity');
  await mkdir(join(source, 'IMG'), { recursive: true });
  const jpegs: Buffer[] = [];
  const rows: string[] = [];
  for (let i = 0; i < 5; i++) {
    const name = `center_2020_01_01_00_00_0${i}_500.jpg`;
    jpegs.push(Buffer.from(await encodeJpeg(numberedImage(i, i === 4 ? 40 : 32), 90)));
    if (i !== 2) await writeFile(join(source, 'IMG', name), jpegs[i]!);
    rows.push(`C:\\drive\\IMG\\${name},l.jpg,r.jpg,${i / 10},0.5,0,${i * 10}`);
  }
  await writeFile(join(source, 'driving_log.csv'), rows.join('\n'));
  const { code, stdout } = await windshieldImport(source, '--out', out, '--json');
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toEqual({
    source,
    out,
    notes: [],
    widthPx: 32,
    heightPx: 24,
    frames: 3,
    groundTruth: 3,
    copied: 3,
    skipped: { missing: 1, size: 1 },
    durationS: 3,
  });
  const { images, truths } = await readDrive(out);
  expect(images.map(({ data }) => Buffer.from(data).equals(jpegs[0]!))).toEqual([
    true,
    false,
    false,
  ]);
  expect(Buffer.from(images[2]!.data).equals(jpegs[3]!)).toBe(true);
  const startNs = BigInt(Date.UTC(2020, 0, 1, 0, 0, 0, 500)) * 1_000_000n;
  const stamps = [0n, 1n, 3n].map((s) => startNs + s * 1_000_000_000n);
  expect(images.map(({ stampNs }) => stampNs)).toEqual(stamps);
  expect(truths.map(({ stampNs }) => stampNs)).toEqual(stamps);
  expect(truths.map(({ frameId }) => frameId)).toEqual([0n, 1n, 2n]);
  // 0.3 of 25 degrees to the right, 30 miles an hour.
  expect(truths[2]!.steeringRad).toBeCloseTo((-7.5 * Math.PI) / 180, 6);
  expect(truths[2]!.speedMps).toBeCloseTo(13.4112, 4);
});

test('a folder of pictures becomes a drive at the rate asked for, other formats encoded', async () => {
  const source = join(sources, 'folder');
  await mkdir(source);
  const jpeg = Buffer.from(await encodeJpeg(numberedImage(0), 90));
  await writeFile(join(source, '1.jpg'), jpeg);
  await writeFile(join(source, '2.png'), await encodePng(numberedImage(1)));
  await writeFile(join(source, '3.jpg'), jpeg.subarray(0, -20));
  const flags = ['--out', out, '--rate', '10', '--quality', '70'];
  const { code, stdout } = await windshieldImport(source, ...flags);
  expect(code).toBe(0);
  expect(stdout).toContain('2 frames of 32x24');
  expect(stdout).toContain('1 copied as they were, 1 encoded, 0 with steering or speed');
  expect(stdout).toContain('not taken: 1 undecodable');
  const { images, truths, metadata } = await readDrive(out);
  expect(images.map(({ stampNs }) => stampNs)).toEqual([0n, 100_000_000n]);
  expect(Buffer.from(images[0]!.data).equals(jpeg)).toBe(true);
  expect(truths).toEqual([]);
  expect(metadata).toMatchObject({
    sourceName: 'folder',
    madeBy: 'windshield import',
    rateHz: '10',
    jpegQuality: '70',
  });
});

test.skipIf(skip !== undefined)(`a video becomes a drive${left(skip)}`, async () => {
  const source = join(sources, 'red.mp4');
  await new Promise((resolve) =>
    execFile(
      'ffmpeg',
      ['-v', 'error', '-f', 'lavfi', '-i', 'color=c=red:s=64x48:r=25:d=0.4', source],
      resolve,
    ),
  );
  const { code, stdout } = await windshieldImport(source, '--out', out, '--json');
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ frames: 10, copied: 0, skipped: {} });
  const { images } = await readDrive(out);
  expect(images.map(({ stampNs }) => stampNs)).toEqual(
    Array.from({ length: 10 }, (_, i) => BigInt(i) * 40_000_000n),
  );
});

test('bad input is one clear line, exit code 2, and nothing half-written', async () => {
  const empty = join(sources, 'empty');
  await mkdir(empty);
  const letter = join(sources, 'letter.mp4');
  await writeFile(letter, 'a letter');
  const drive = await buildDrive(sources, 2, { name: 'already.mcap' });
  const picture = join(sources, 'one.jpg');
  await writeFile(picture, await encodeJpeg(numberedImage(0), 90));
  const cases: [words: string[], code: string][] = [
    [[join(sources, 'nowhere'), '--out', out], 'ERR_SOURCE_MISSING'],
    [[empty, '--out', out], 'ERR_SOURCE_EMPTY'],
    [[letter, '--out', out], skip === undefined ? 'ERR_SOURCE_FORMAT' : 'ERR_TOOL_MISSING'],
    [[letter, '--out', out, '--ffmpeg', '/nowhere/ffmpeg'], 'ERR_TOOL_MISSING'],
    [[drive, '--out', out], 'ERR_USAGE'],
    [[picture, '--out', picture], 'ERR_USAGE'],
    [[picture, '--out', join(dir, 'no', 'folder', 'drive.mcap')], 'ERR_OUTPUT'],
    [[picture, '--out', out, '--rate', '0'], 'ERR_USAGE'],
    [[picture, '--out', out, '--quality', 'best'], 'ERR_USAGE'],
    [[picture], 'ERR_USAGE'],
  ];
  for (const [words, errorCode] of cases) {
    const { code, stdout, stderr } = await windshieldImport(...words);
    expect({ words, code, stdout }).toEqual({ words, code: 2, stdout: '' });
    expect(stderr.split('\n')[0]).toMatch(new RegExp(`^windshield: .*\\(${errorCode}\\)$`));
    expect(await readdir(dir)).toEqual([]);
  }
  expect((await readFile(picture)).subarray(0, 2)).toEqual(Buffer.of(0xff, 0xd8));
});

test.skipIf(skip !== undefined)(
  `an import that is interrupted leaves nothing${left(skip)}`,
  async () => {
    const source = join(sources, 'long.mp4');
    const input = ['-v', 'error', '-f', 'lavfi', '-i', 'testsrc=s=640x480:r=25:d=20'];
    await new Promise((resolve) =>
      execFile('ffmpeg', [...input, '-c:v', 'libx264', '-preset', 'ultrafast', source], resolve),
    );
    const child = spawn(process.execPath, nodeArguments('import', source, '--out', out), {
      cwd: repoDir,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stderr = '';
    child.stderr.on('data', (text) => {
      stderr += text;
    });
    const exit = new Promise<number | null>((resolve) => child.on('exit', resolve));
    await until(() => readdirSync(dir).length > 0);
    expect(await readdir(dir)).toEqual(['drive.mcap.partial']);
    child.kill('SIGINT');
    expect(await exit).toBe(130);
    expect(stderr).toContain('was not written');
    expect(await readdir(dir)).toEqual([]);
  },
);

const data = sharedDataDir();
const why = data === undefined ? 'no folder of real images here' : undefined;
test.skipIf(why !== undefined)(
  `a real drive of 760 frames is imported whole${left(why)}`,
  async () => {
    const { code, stdout } = await windshieldImport(
      join(data!, 'udacity_sim'),
      '--out',
      out,
      '--json',
    );
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ frames: 760, groundTruth: 760, skipped: {} });
  },
);
