import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { jpegOf, writeFolder } from '../tools/datasets/dataset-builders.js';
import {
  segmentationByGrey,
  signsByGrey,
  steeringByBrightness,
  writeGreyBundle,
} from '../tools/evaluate/grey-bundles.js';

const program = fileURLToPath(new URL('../../bin/windshield.js', import.meta.url));

function windshield(...words: string[]) {
  return new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
    execFile(process.execPath, [program, 'evaluate', ...words], (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr });
    });
  });
}

/** A drive of two steps (the second one's picture is missing) and a bundle that steers by brightness. */
async function driveAndBundle() {
  const data = writeFolder({
    'driving_log.csv': 'IMG/a.jpg,,,-0.1,0,0,1\nIMG/gone.jpg,,,0,0,0,1\n',
    'IMG/a.jpg': await jpegOf(20, 10),
  });
  const bundle = join(data, 'bundle');
  await writeGreyBundle(bundle, steeringByBrightness(0.001));
  return { data, bundle };
}

test('--json prints exactly one object, and what was left out goes to standard error', async () => {
  const { data, bundle } = await driveAndBundle();
  const words = ['steering', bundle, '--data', data, '--format', 'udacity', '--json'];
  const { code, stdout, stderr } = await windshield(...words);
  expect(stderr).toMatch(/left out: .*driving_log\.csv:2: expected the centre picture "gone\.jpg"/);
  expect(code).toBe(0);
  const result = JSON.parse(stdout);
  expect(Object.keys(result)).toEqual([
    'task',
    'bundle',
    'data',
    'count',
    'metrics',
    'intervals',
    'doubt',
    'notes',
  ]);
  expect(result).toMatchObject({ task: 'steering', count: 1 });
  expect(Object.keys(result.metrics)).toEqual(['maeRad', 'rmseRad', 'r2', 'correlation']);
  // The picture's grey of 90 steers 0.09 rad; the log says 2.5 degrees to the left.
  expect(result.metrics.maeRad).toBeCloseTo(0.09 - (2.5 * Math.PI) / 180, 2);
});

test('--report leaves a page and its JSON, and --json still prints its one object', async () => {
  const { data, bundle } = await driveAndBundle();
  const words = ['steering', bundle, '--data', data, '--format', 'udacity', '--json'];
  const { code, stdout, stderr } = await windshield(...words, '--report', join(data, 'report'));
  expect(code).toBe(0);
  const result = JSON.parse(stdout);
  expect(Object.keys(result)).toEqual([
    'task',
    'bundle',
    'data',
    'count',
    'metrics',
    'intervals',
    'doubt',
    'notes',
  ]);
  expect(stderr).toMatch(/wrote .*steering\.html\nwrote .*steering\.json/);
  const report = JSON.parse(readFileSync(join(data, 'report', 'steering.json'), 'utf8'));
  expect(report).toMatchObject(result);
  expect(report.problems).toHaveLength(1);
  expect(report.details.samples).toHaveLength(1);
  expect(readFileSync(join(data, 'report', 'steering.html'), 'utf8')).toMatch(/^<!doctype html>/);
});

/** Two pictures of the grey that a bundle of seventeen classes calls `halt`, in a folder a class. */
async function ownSigns(folders: readonly [string, string]) {
  const picture = await jpegOf(32, 32);
  const data = writeFolder({ [`${folders[0]}/a.jpg`]: picture, [`${folders[1]}/b.jpg`]: picture });
  const bundle = join(writeFolder({ 'x.txt': '' }), 'bundle');
  const others = Array.from({ length: 15 }, (_, i) => `other ${i}`);
  await writeGreyBundle(bundle, signsByGrey(['limit', ...others, 'halt']));
  const words = ['signs', bundle, '--data', data, '--format', 'sign-folders', '--json'];
  return { data, words };
}

test("a user's own classes are scored by their names, whatever their order and number", async () => {
  const { data, words } = await ownSigns(['halt', 'limit']);
  const { code, stdout } = await windshield(...words, '--report', join(data, 'report.html'));
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ count: 2, metrics: { accuracy: 0.5 } });
  const report = JSON.parse(readFileSync(join(data, 'report.json'), 'utf8'));
  expect(report.details.classes).toMatchObject([
    { name: 'limit', count: 1, recall: 0 },
    { name: 'halt', count: 1, recall: 1, precision: 0.5 },
  ]);
});

test('--classes groups the data as the recipe did that the bundle was taught with', async () => {
  const { data, words } = await ownSigns(['stop', 'yield']);
  const unknown = await windshield(...words);
  expect(unknown.code).toBe(2);
  expect(unknown.stderr).toMatch(
    /expected classes of the bundle .* found "stop" \(ERR_DATASET\)$/m,
  );
  const recipe = (classes: string): string =>
    `task: signs
seed: 1
epochs: 1
samplesPerEpoch: 1
batch: 1
optimizer: { peakRate: 0.1 }
augmentation: {}
${classes}
data: [{ format: sign-folders, folder: . }]
`;
  const dir = writeFolder({
    'own.yaml': recipe('classes: { halt: [stop, yield] }'),
    'none.yaml': recipe(''),
  });
  const grouped = await windshield(...words, '--classes', join(dir, 'own.yaml'));
  expect(JSON.parse(grouped.stdout)).toMatchObject({ count: 2, metrics: { accuracy: 1 } });
  const none = await windshield(...words, '--classes', join(dir, 'none.yaml'));
  expect(none.code).toBe(2);
  expect(none.stderr).toMatch(/none\.yaml: expected a recipe with classes, found none/);
  expect(readdirSync(data)).toHaveLength(2);
});

test.each([
  [
    'a report in a missing folder',
    ['--report', 'no/where.html'],
    /cannot write .*where\.html: .* \(ERR_OUTPUT\)$/m,
  ],
  [
    'a run without a log',
    ['--report', 'r.html', '--run', 'none'],
    /expected the log of a training run, found nothing there: .* \(ERR_DATASET\)$/m,
  ],
  ['a run without a report', ['--run', '.'], /expected --report with --run, found none/],
])('%s ends with one line and exit code 2, and leaves nothing', async (_, flags, message) => {
  const { data, bundle } = await driveAndBundle();
  const before = readdirSync(data);
  const places = flags.map((word) => (word.startsWith('--') ? word : join(data, word)));
  const words = ['steering', bundle, '--data', data, '--format', 'udacity', ...places];
  const { code, stdout, stderr } = await windshield(...words);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(message);
  expect(readdirSync(data)).toEqual(before);
});

test('without --json it prints a table', async () => {
  const { data, bundle } = await driveAndBundle();
  const { code, stdout } = await windshield(
    'steering',
    bundle,
    '--data',
    data,
    '--format',
    'udacity',
  );
  expect(code).toBe(0);
  expect(stdout).toMatch(
    /^task +steering\nbundle +grey-steering 1\.0\.0 sha256:\w+\ndata +udacity /,
  );
  expect(stdout).toMatch(/\nMAE, rad +0\.\d{4}\n/);
});

test.each([
  ['no data', ['signs', '--format', 'gtsrb'], "required option '--data <folder>' not specified"],
  ['no format', ['signs', '--data', 'x'], "required option '--format <format>' not specified"],
  [
    'an unknown task',
    ['lanes', '--data', 'x', '--format', 'gtsrb'],
    'detection, signs, lights, segmentation, steering',
  ],
  ['a missing split', ['signs', '--data', 'x', '--format', 'gtsrb-packed'], 'expected --split'],
  ['a missing folder', ['signs', '--data', '/no/where', '--format', 'gtsrb'], '/no/where'],
  ['a limit of nothing', ['signs', '--data', 'x', '--format', 'gtsrb', '--limit', '0'], 'above 0'],
])('%s ends with one line and exit code 2', async (_, words, message) => {
  const { code, stdout, stderr } = await windshield(...words);
  expect(code).toBe(2);
  expect(stdout).toBe('');
  expect(stderr).toContain(message);
  expect(stderr.trimEnd().split('\n')[0]).toMatch(/^windshield: .* \(ERR_(USAGE|DATASET)\)$/);
});

test('a bundle of another task, or none, ends with one line and exit code 2', async () => {
  const { data, bundle } = await driveAndBundle();
  await writeGreyBundle(bundle, segmentationByGrey(['road', 'sky']));
  const words = ['--data', data, '--format', 'udacity'];
  const other = await windshield('steering', bundle, ...words);
  expect(other).toMatchObject({ code: 2, stdout: '' });
  expect(other.stderr).toMatch(
    /expected a bundle for steering, found one for segmentation: .*ERR_USAGE/,
  );
  const none = await windshield('steering', join(data, 'nothing'), ...words);
  expect(none).toMatchObject({ code: 2, stdout: '' });
  expect(none.stderr).toContain('ERR_BUNDLE');
});

test('--min and --max give a verdict: exit code 1, and a JUnit file for CI', async () => {
  const { data, bundle } = await driveAndBundle();
  const words = ['steering', bundle, '--data', data, '--format', 'udacity', '--json'];
  const junit = join(data, 'verdict.xml');
  const limits = ['--max', 'maeRad=0.01', '--max', 'rmseRad=1', '--junit', junit];
  const { code, stdout, stderr } = await windshield(...words, ...limits);
  expect(code).toBe(1);
  expect(JSON.parse(stdout).task).toBe('steering');
  expect(stderr).toMatch(/NOT MET: maeRad .*at most 0\.01/);
  expect(stderr).toMatch(/\nmet: rmseRad/);
  const xml = readFileSync(junit, 'utf8');
  expect(xml).toMatch(/<testsuite name="windshield evaluate steering" tests="2" failures="1">/);
  expect(xml.match(/<failure /g)).toHaveLength(1);
  expect((await windshield(...words, '--max', 'maeRad=1')).code).toBe(0);
  const unknown = await windshield(...words, '--min', 'accuracy=0.95');
  expect(unknown.code).toBe(2);
  expect(unknown.stderr).toMatch(/expected --min for one of maeRad, .*found "accuracy"/);
});
