import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeInput, readInputOf } from './fuzz-one.js';
import { fuzzSubjects } from './subjects.js';

/** Messages of a child to its parent. */
export type FuzzMessage =
  | { kind: 'begin'; index: number }
  | { kind: 'fault'; index: number; fault: string }
  | { kind: 'done'; inputs: number; refused: number; peakMiB: number };

const [name, seedText, firstText, endText, keep] = process.argv.slice(2) as string[];
const subject = fuzzSubjects.find((each) => each.name === name)!;
const [seed, first, end] = [seedText, firstText, endText].map(Number) as [number, number, number];
/** A reader that takes more memory was made to by its input. */
const mostMiB = 1024;
const tell = (message: FuzzMessage) => process.send!(message);

const dir = keep ?? (await mkdtemp(join(tmpdir(), 'windshield-fuzz-')));
process.once('exit', () => {
  if (keep === undefined) rmSync(dir, { recursive: true, force: true });
});
// Without a parent there is nobody to tell, and telling would be a fault to tell again.
process.once('disconnect', () => process.exit());
let index = first;
let refused = 0;
process.on('uncaughtException', (error) => {
  tell({ kind: 'fault', index, fault: `thrown to nobody: ${error.stack ?? error}` });
});
process.on('unhandledRejection', (error) => {
  const shown = error instanceof Error ? error.stack : error;
  tell({ kind: 'fault', index, fault: `rejected to nobody: ${shown}` });
});
const peakMiB = () => process.resourceUsage().maxRSS / 1024;
await subject.around?.(dir);
const seeds = await subject.seeds();
for (; index < end; index++) {
  tell({ kind: 'begin', index });
  const { isRefused, fault } = await readInputOf(
    subject,
    dir,
    makeInput(subject, seeds, seed, index),
  );
  if (isRefused) refused++;
  if (fault !== undefined) tell({ kind: 'fault', index, fault });
  if (peakMiB() > mostMiB) {
    tell({ kind: 'fault', index, fault: `memory of ${Math.round(peakMiB())} MiB` });
    // The peak never falls, so another process reads the next input.
    process.exit(3);
  }
}
tell({ kind: 'done', inputs: end - first, refused, peakMiB: peakMiB() });
process.disconnect();
