import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type FuzzReport, runFuzz } from '../../../benchmarks/fuzz/run-fuzz.js';
import { fuzzSubjects } from '../../../benchmarks/fuzz/subjects.js';
import { repoDir } from '../../support/command-line.js';

/** A seed of its own a run: what it finds is repeated with `npm run drill:fuzz -- --seed`. */
const freshSeed = Math.floor(Math.random() * 2 ** 32);
/** Films need a process of ffmpeg each; the drill hands in more of them. */
const films = ['avi', 'mkv', 'h264'];
/** What is read as several things is refused as one of them each time. */
const alwaysRefused = ['results'];

const quick = fuzzSubjects.filter(({ name }) => !films.includes(name));
const faultsOf = ({ faults }: FuzzReport, seed: number) =>
  faults.map(
    ({ index, fault, subject }) => `--seed ${seed} --subject ${subject} --first ${index}: ${fault}`,
  );

// Every kind of input that a user can hand in; the drill reads as many more as one likes.
test.each(quick)(
  'a changed $name is taken, or refused in one line with its file and the right code',
  async (subject) => {
    const report = await runFuzz(subject, { seed: 1, first: 0, end: 120 });
    expect(faultsOf(report, 1)).toEqual([]);
    expect(report.inputs).toBe(120);
    // Readers that refuse everything would find nothing.
    if (!alwaysRefused.includes(subject.name)) expect(report.refused).toBeLessThan(120);
  },
);

test('a child whose parent is gone ends, and leaves no folder', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'windshield-orphan-'));
  const entry = join(repoDir, 'dist/benchmarks/fuzz/fuzz-child.js');
  const child = fork(entry, ['label-map', '1', '0', '1000000000'], {
    env: { ...process.env, TMPDIR: dir },
  });
  await once(child, 'message');
  expect(await readdir(dir)).toHaveLength(1);
  const ended = once(child, 'exit');
  child.disconnect();
  expect(await ended).toEqual([0, null]);
  expect(await readdir(dir)).toEqual([]);
  await rm(dir, { recursive: true });
});

test('so are inputs of a fresh seed, of some kinds each time', async () => {
  const start = freshSeed % quick.length;
  for (const subject of [...quick, ...quick].slice(start, start + 6)) {
    const report = await runFuzz(subject, { seed: freshSeed, first: 0, end: 150 });
    expect(faultsOf(report, freshSeed)).toEqual([]);
  }
});
