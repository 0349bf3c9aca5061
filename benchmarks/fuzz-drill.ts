// Gives mutated inputs of every kind, from a seed, to their readers. Each must be accepted, or refused in one clear line
// with the file and the right code; nothing may crash, hang, take a gigabyte or leave a partial file.
//
//     npm run drill:fuzz -- --inputs 20000                 a random seed, printed; inputs are divided by kind
//     npm run drill:fuzz -- --minutes 60
//     npm run drill:fuzz -- --seed 7 --subject recording --first 812 --inputs 1
//
// Each kind is read in separate processes. Prints one line per kind, and each fault with the command that repeats it; exit
// code 1 if there was any.
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { type FuzzFault, runFuzz } from './fuzz/run-fuzz.js';
import { fuzzSubjects } from './fuzz/subjects.js';

const { values: options } = parseArgs({
  options: {
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 32)) },
    inputs: { type: 'string', default: '20000' },
    minutes: { type: 'string' },
    subject: { type: 'string', multiple: true },
    first: { type: 'string', default: '0' },
    jobs: { type: 'string', default: String(availableParallelism()) },
  },
});
/** Films need one ffmpeg process each. */
const isSlow = (name: string) => ['avi', 'mkv', 'h264'].includes(name);
const seed = Number(options.seed);
const subjects = fuzzSubjects.filter(
  ({ name }) => options.subject === undefined || options.subject.includes(name),
);
if (subjects.length === 0)
  throw new Error(`--subject: expected one of ${fuzzSubjects.map(({ name }) => name).join(', ')}`);

console.log(`seed ${seed}`);
const faults: FuzzFault[] = [];
const totals = new Map<string, { inputs: number; refused: number; peakMiB: number; ms: number }>();
const untilMs =
  options.minutes === undefined ? 0 : performance.now() + Number(options.minutes) * 60_000;
let first = Number(options.first);
do {
  const each = Math.ceil(Number(options.inputs) / subjects.length);
  const waiting = [...subjects];
  const work = async () => {
    for (let subject = waiting.shift(); subject !== undefined; subject = waiting.shift()) {
      const startMs = performance.now();
      const count = isSlow(subject.name) && subjects.length > 1 ? Math.ceil(each / 20) : each;
      const report = await runFuzz(subject, { seed, first, end: first + count });
      const total = totals.get(subject.name) ?? { inputs: 0, refused: 0, peakMiB: 0, ms: 0 };
      totals.set(subject.name, {
        inputs: total.inputs + report.inputs,
        refused: total.refused + report.refused,
        peakMiB: Math.max(total.peakMiB, report.peakMiB),
        ms: total.ms + performance.now() - startMs,
      });
      for (const fault of report.faults) {
        console.log(
          `--seed ${seed} --subject ${fault.subject} --first ${fault.index} --inputs 1: ${fault.fault}`,
        );
        faults.push(fault);
      }
    }
  };
  await Promise.all(Array.from({ length: Number(options.jobs) }, work));
  first += each;
} while (performance.now() < untilMs);

let inputs = 0;
for (const [name, total] of totals) {
  inputs += total.inputs;
  console.log(
    `${name.padEnd(16)} ${String(total.inputs).padStart(6)} inputs, ${String(total.refused).padStart(6)} refused, ` +
      `${String(Math.round(total.peakMiB)).padStart(4)} MiB, ${(total.ms / 1000).toFixed(1)} s`,
  );
}
console.log(`${inputs} inputs, ${faults.length} faults, seed ${seed}`);
if (faults.length > 0) process.exitCode = 1;
