import { expect, test } from 'vitest';
import { runFuzz } from '../../../benchmarks/fuzz/run-fuzz.js';
import { fuzzSubjects } from '../../../benchmarks/fuzz/subjects.js';

/** A seed of its own a run: what it finds is repeated with `npm run drill:fuzz -- --seed`. */
const freshSeed = Math.floor(Math.random() * 2 ** 32);
/** Films need a process of ffmpeg each; the drill hands in more of them. */
const films = ['avi', 'mkv', 'h264'];
/** What is read as several things is refused as one of them each time. */
const alwaysRefused = ['results'];

// Every kind of input that a user can hand in; the drill reads as many more as one likes.
test.each(fuzzSubjects.filter(({ name }) => !films.includes(name)))(
  'a changed $name is taken, or refused in one line with its file and the right code',
  async (subject) => {
    const fixed = await runFuzz(subject, { seed: 1, first: 0, end: 150 });
    const fresh = await runFuzz(subject, { seed: freshSeed, first: 0, end: 100 });
    const found = [...fixed.faults, ...fresh.faults].map(
      ({ index, fault }) =>
        `seed 1 or ${freshSeed}, --subject ${subject.name} --first ${index}: ${fault}`,
    );
    expect(found).toEqual([]);
    expect(fixed.inputs + fresh.inputs).toBe(250);
    // Readers that refuse everything would find nothing.
    if (!alwaysRefused.includes(subject.name)) expect(fixed.refused).toBeLessThan(150);
  },
);
