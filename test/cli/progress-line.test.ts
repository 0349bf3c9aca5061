import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import {
  countsProgress,
  durationText,
  progressText,
  showsProgress,
} from '../../cli/progress-line.js';
import { Terminal } from '../../cli/terminal.js';
import { repoDir, start } from '../support/command-line.js';

const training = {
  done: 1234,
  total: 120_000,
  unit: 'steps',
  remainingS: 12_345,
  details: ['epoch 12', 'loss 0.1234', '123.4 pictures/s', 'rate 1.0e-3'],
};

test('says how far, how fast and how long; a rate that nobody knows is left out', () => {
  expect(
    progressText({ done: 50, total: 200, unit: 'frames', perS: 20.44, remainingS: 7.34 }),
  ).toBe('████░░░░░░░░░░░░ 50 of 200 frames  20.4/s  7.3 s left');
  expect(progressText({ done: 3, total: undefined, unit: 'frames', details: ['0.2 s'] })).toBe(
    '3 frames  0.2 s',
  );
  expect([0.04, 59, 60, 3723].map(durationText)).toEqual(['0.0 s', '59 s', '1:00', '1:02:03']);
});

test('where there is no terminal, a line comes now and then, and none of short work', () => {
  const progress = new PassThrough();
  const terminal = new Terminal(new PassThrough(), progress);
  const count = countsProgress(terminal, 'frames');
  count(1, 3);
  expect(progress.read()).toBeNull();
  const short = showsProgress(terminal, { plainEveryS: 3600 });
  for (const done of [1, 2, 3]) short({ done, total: 3, unit: 'steps' });
  expect(progress.read()).toBeNull();
  const always = showsProgress(terminal, { plainEveryS: 0 });
  always({ done: 1, total: 3, unit: 'steps' });
  expect(String(progress.read())).toBe('█████░░░░░░░░░░░ 1 of 3 steps\n');
});

test('a training takes one line of a real terminal of 80 columns, however much it says', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'windshield-progress-'));
  const program = join(dir, 'draw.mjs');
  await writeFile(
    program,
    `import { showsProgress } from '${repoDir}/dist/cli/progress-line.js';
import { Terminal } from '${repoDir}/dist/cli/terminal.js';
const terminal = new Terminal(process.stdout, process.stdout);
const show = showsProgress(terminal);
for (let turn = 0; turn < 3; turn++) {
  show(${JSON.stringify(training)});
  await new Promise((resolve) => setTimeout(resolve, 120));
}
terminal.clearLive();
`,
  );
  // A pseudo-terminal of util-linux; what it shows is what a person would see.
  const command = `stty cols 80 rows 24; ${process.execPath} ${program}`;
  const { stdout, code } = await start('script', ['-qec', command, '/dev/null']).finished;
  await rm(dir, { recursive: true, force: true });
  expect(code).toBe(0);
  const drawn = stdout.split('\r\u001b[2K').filter((line) => line !== '');
  expect(drawn).toHaveLength(3);
  for (const line of drawn) {
    expect(line).toMatch(/^░+ 1234 of 120000 steps {2}3:25:45 left {2}epoch 12 {2}loss 0\.1234/);
    expect([...line]).toHaveLength(79);
  }
});
