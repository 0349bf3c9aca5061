import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { windshield } from '../support/command-line.js';
import { writeTinyBundles } from '../support/tiny-bundles.js';
import { writeFolder } from '../tools/datasets/dataset-builders.js';
import { writeSolidDrive } from '../tools/quantize/solid-drive.js';

async function setting() {
  const data = await writeSolidDrive();
  const folder = writeFolder({ 'taken/file.txt': 'mine' });
  const bundles = await writeTinyBundles(join(folder, 'models'));
  return { data, bundles, folder, out: join(folder, 'int8') };
}

test('a bundle is quantised, opens in evaluate, and scores as the manifest says', async () => {
  const { data, bundles, out } = await setting();
  const from = ['--data', data, '--format', 'udacity'];
  const words = ['quantize', bundles.steering, ...from, '--calibration', 'minmax', '--out', out];
  const made = await windshield([...words, '--json']).finished;
  expect(made.stderr).toMatch(/float32: correlation .*\nint8: correlation /);
  expect(made.code).toBe(0);
  const report = JSON.parse(made.stdout);
  expect(report).toMatchObject({ precision: 'int8', metric: 'correlation', isWithinBound: true });
  expect(readdirSync(out).sort()).toEqual([
    'MODEL_CARD.md',
    'golden.json',
    'manifest.json',
    'model.onnx',
  ]);
  const scored = await windshield(['evaluate', 'steering', out, ...from, '--json']).finished;
  expect(scored.code).toBe(0);
  expect(JSON.parse(scored.stdout).metrics.correlation).toBe(report.score.quantised);
});

test('the card says of every set that the float card names whether its score was kept or not looked at', async () => {
  const { data, bundles, out } = await setting();
  const path = join(bundles.steering, 'manifest.json');
  const manifest = JSON.parse(readFileSync(path, 'utf8'));
  manifest.scores = { 'udacity elsewhere': { correlation: 0.5 } };
  writeFileSync(path, JSON.stringify(manifest));
  const words = ['quantize', bundles.steering, '--data', data, '--format', 'udacity'];
  const { code, stdout, stderr } = await windshield([...words, '--out', out, '--json']).finished;
  expect(code).toBe(0);
  expect(stderr).toContain('not scored in fewer bits: udacity elsewhere, which the card names');
  expect(JSON.parse(stdout).notScored).toEqual(['udacity elsewhere']);
  const card = readFileSync(join(out, 'MODEL_CARD.md'), 'utf8');
  expect(card).toMatch(/^- Kept within 0\.5 points: udacity /m);
  expect(card).toMatch(/^- Not scored in fewer bits, .*: udacity elsewhere$/m);
});

test('bad input ends with one line and exit code 2, and writes nothing', async () => {
  const { data, bundles, folder, out } = await setting();
  const from = ['--data', data, '--format', 'udacity', '--out', out];
  const cases: [string[], RegExp][] = [
    [[join(folder, 'nothing'), ...from], /nothing.*\(ERR_BUNDLE\)/],
    [[bundles.signs, ...from], /expected a format with labels for signs.*\(ERR_USAGE\)/],
    [
      [bundles.steering, '--data', folder, '--format', 'udacity', '--out', out],
      /driving_log\.csv.*\(ERR_DATASET\)/,
    ],
    [
      [bundles.steering, ...from.slice(0, -1), join(folder, 'taken')],
      /expected no file or folder yet, found a folder: .*taken \(ERR_OUTPUT\)/,
    ],
    [[bundles.steering, ...from, '--samples', '0'], /above 0.*\(ERR_USAGE\)/],
  ];
  for (const [words, message] of cases) {
    const { code, stdout, stderr } = await windshield(['quantize', ...words]).finished;
    expect(stderr).toMatch(message);
    expect(stderr.trimEnd().split('\n')[0]).toMatch(/^windshield: /);
    expect([code, stdout]).toEqual([2, '']);
  }
  expect(existsSync(out)).toBe(false);
  expect(readdirSync(folder).sort()).toEqual(['models', 'taken']);
});
