import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cameraOf } from '../../src/capture/camera-of.js';
import { openSource } from '../../src/capture/open-source.js';
import { frameBytes } from '../../src/frame/frame.js';
import { isSourceEnd } from '../../src/frame/frame-source.js';
import { type ErrorCode, hasErrorCode } from '../../src/frame/perception-error.js';
import { RecordedPlan } from '../../src/pipeline/recorded-plan.js';
import { createDriveWriter } from '../../src/recording/drive-writer.js';
import { importRecording } from '../../src/recording/import-recording.js';
import { RecordingReader } from '../../src/recording/recording-reader.js';
import { openDataset } from '../../tools/datasets/open-dataset.js';
import { readLineage } from '../../tools/latency/read-lineage.js';
import { ResultsFile } from '../../tools/verdict/open-results.js';
import { caseFiles, fileOf, smallJpeg, smallPng, text } from './seed-files.js';
import type { FuzzSubject } from './subject.js';

const sourceCodes = [
  'ERR_SOURCE_MISSING',
  'ERR_SOURCE_EMPTY',
  'ERR_SOURCE_FORMAT',
  'ERR_RECORDING',
] as const;
const mostFrames = 200;

/** Reads a source as a run does: every frame into one buffer. */
async function play(path: string): Promise<void> {
  const source = await openSource(path);
  try {
    const into = new Uint8Array(frameBytes(source.info.layout));
    for (let frame = 0; frame < mostFrames; frame++) {
      const result = await source.read(into);
      if (!isSourceEnd(result)) continue;
      if (result.kind === 'failed') throw result.error;
      if (result.kind === 'ended') return;
    }
  } finally {
    await source.close();
  }
}

/** Tries every reader, and throws the first refusal. */
async function eachOf(...readers: (() => Promise<unknown>)[]): Promise<void> {
  let refusal: unknown;
  for (const reader of readers)
    await reader().catch((error: unknown) => {
      // A fault of windshield takes precedence over a refusal.
      if (refusal === undefined || !hasErrorCode(error)) refusal = error;
    });
  if (refusal !== undefined) throw refusal;
}

async function smallDrive(): Promise<Uint8Array> {
  const dir = await mkdtemp(join(tmpdir(), 'windshield-seed-'));
  const path = join(dir, 'drive.mcap');
  const size = { widthPx: 48, heightPx: 32 };
  const k = [40, 0, 24, 0, 40, 16, 0, 0, 1];
  const calibration = { distortionModel: 'plumb_bob', d: [0, 0, 0, 0, 0], k } as const;
  const writer = await createDriveWriter(path, { ...size, sourceName: 'fuzz', calibration });
  for (let i = 0; i < 4; i++)
    await writer.writeFrame({ stampNs: BigInt(1 + i) * 50_000_000n, jpeg: await smallJpeg() });
  await writer.close();
  const bytes = await readFile(path);
  await rm(dir, { recursive: true });
  return bytes;
}

const recording: FuzzSubject = {
  name: 'recording',
  form: 'bytes',
  file: 'drive.mcap',
  codes: [...sourceCodes, 'ERR_CALIBRATION'],
  seeds: async () => [await smallDrive(), ...(await caseFiles(/^(12|15|21)/, '.mcap'))],
  read: (path) =>
    eachOf(
      () => play(path),
      () => cameraOf('recording', path),
    ),
};

const importing: FuzzSubject = {
  ...recording,
  name: 'import',
  codes: [...sourceCodes, 'ERR_FRAME_SIZE', 'ERR_CALIBRATION'],
  async read(path, dir) {
    const out = join(dir, 'imported.mcap');
    await importRecording(path, { out });
    // The written file must be complete.
    const reader = await RecordingReader.open(out);
    await reader.close();
    await rm(out);
  },
};

const results: FuzzSubject = {
  name: 'results',
  form: 'bytes',
  file: 'results.mcap',
  codes: [...sourceCodes, 'ERR_DATASET', 'ERR_USAGE', 'ERR_CONFIG'],
  seeds: async () => {
    const reference = await fileOf('recordings/sample-reference.mcap');
    // The start of a recording is read like one whose writer was killed.
    return [reference.subarray(0, 60_000), await smallDrive()];
  },
  read: (path) =>
    eachOf(
      async () => {
        const file = await ResultsFile.open(path);
        try {
          for await (const _ of file.results());
          await file.facts();
        } finally {
          await file.close();
        }
      },
      () => readLineage(path),
      () => RecordedPlan.read(path, []),
      () => openDataset('recording', path, { task: 'detection' }),
    ),
};

const picture = (name: string, file: string, seeds: FuzzSubject['seeds']): FuzzSubject => ({
  name,
  form: 'bytes',
  file,
  codes: sourceCodes,
  seeds,
  read: (path) => play(path),
});

const film = (name: string, file: string, folder: RegExp, ending: string): FuzzSubject => ({
  name,
  form: 'bytes',
  file,
  codes: [...sourceCodes, 'ERR_SOURCE_LOST', 'ERR_TOOL_MISSING'],
  seeds: () => caseFiles(folder, ending),
  read: (path) => play(path),
  patienceMs: 30_000,
});

const pictureFolder = async (dir: string) => {
  await mkdir(join(dir, 'IMG'), { recursive: true });
  await mkdir(join(dir, 'images'), { recursive: true });
  for (let i = 0; i < 5; i++) {
    const name = `center_2024_05_01_10_00_00_${i}00.jpg`;
    await writeFile(join(dir, 'IMG', name), await smallJpeg());
    await writeFile(join(dir, 'images', `${i}_cam.jpg`), await smallJpeg());
  }
};

const tubRow = (i: number) =>
  `{"_index": ${i}, "_session_id": "s", "_timestamp_ms": ${1_700_000_000_000 + i * 50}, "cam/image_array": "${i}_cam.jpg", "user/angle": 0.1, "user/mode": "user", "user/throttle": 0.3}`;
const tubCatalog = [0, 1, 2, 3, 4].map(tubRow).join('\n');
const tubManifest = [
  '["cam/image_array", "user/angle", "user/throttle", "user/mode"]',
  '["image_array", "float", "float", "str"]',
  '{}',
  '{"created_at": 1700000000.0, "sessions": {}}',
  '{"paths": ["catalog_0.catalog"], "current_index": 5, "max_len": 1000, "deleted_indexes": [1]}',
].join('\n');

const folder = (
  name: string,
  file: string,
  seeds: FuzzSubject['seeds'],
  around: FuzzSubject['around'] = pictureFolder,
  codes: readonly ErrorCode[] = sourceCodes,
): FuzzSubject => ({ name, form: 'text', file, codes, seeds, around, read: (_, dir) => play(dir) });

const udacityLog = async () => [
  ...(await caseFiles(/^01/, '.csv')),
  text(
    [0, 1, 2, 3]
      .map(
        (i) => `IMG/center_2024_05_01_10_00_00_${i}00.jpg, l.jpg, r.jpg, ${i / 10}, 0.5, 0, 12.5`,
      )
      .join('\n'),
  ),
];

/** Inputs that are played, imported or read back: recordings, films, pictures and folders of them. */
export const driveSubjects: readonly FuzzSubject[] = [
  recording,
  importing,
  results,
  picture('jpeg', 'picture.jpg', async () => [
    await smallJpeg(),
    ...(await caseFiles(/^05/, '.jpg')),
    ...(await caseFiles(/^20/, 'phone.jpg')),
  ]),
  picture('png', 'picture.png', async () => [
    await smallPng(),
    ...(await caseFiles(/^(02|22)/, '.png')),
  ]),
  picture('ppm', 'picture.ppm', async () => [
    Buffer.concat([text('P6\n# a comment\n8 6\n255\n'), new Uint8Array(144).fill(90)]),
  ]),
  folder('udacity', 'driving_log.csv', udacityLog),
  folder(
    'tub-catalog',
    'catalog_0.catalog',
    async () => [text(tubCatalog)],
    async (dir) => {
      await pictureFolder(dir);
      await writeFile(join(dir, 'manifest.json'), tubManifest);
    },
  ),
  folder(
    'tub-manifest',
    'manifest.json',
    async () => [text(tubManifest)],
    async (dir) => {
      await pictureFolder(dir);
      await writeFile(join(dir, 'catalog_0.catalog'), tubCatalog);
    },
  ),
  film('avi', 'film.avi', /^07/, '.avi'),
  film('mkv', 'film.mkv', /^09/, '.mkv'),
  film('h264', 'film.h264', /^10/, '.h264'),
];
