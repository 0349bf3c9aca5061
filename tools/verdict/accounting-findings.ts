import {
  type PerceptionFrame,
  StageState,
} from '../../src/messages/gen/windshield/v1/perception_pb.js';
import type { Finding } from './finding.js';
import type { PairedResults } from './pair-results.js';
import { clockTime, counted } from './words.js';

/** Differences in frames, drops, modes, unanswered stages and health codes. */
export function accountingFindings({ pairs, missing, added }: PairedResults): Finding[] {
  const of = (side: 'reference' | 'candidate') => pairs.map((pair) => pair[side]);
  const reference = [...of('reference'), ...missing];
  const candidate = [...of('candidate'), ...added];
  return [
    ...absentFrames('frames-missing', missing, 'have no result any more'),
    ...absentFrames('frames-added', added, 'have a result, not before'),
    ...countChanges('drops', 'dropped', dropsOf(reference), dropsOf(candidate)),
    ...countChanges('mode', 'in mode', modesOf(reference), modesOf(candidate)),
    ...countChanges('stage-missing', 'without', absencesOf(reference), absencesOf(candidate)),
    ...healthChanges(reference, candidate),
  ];
}

function absentFrames(
  kind: 'frames-missing' | 'frames-added',
  frames: readonly PerceptionFrame[],
  what: string,
): Finding[] {
  if (frames.length === 0) return [];
  const timeOf = ({ sourceTimeNs }: PerceptionFrame) => Number(sourceTimeNs) / 1e9;
  const [first, last] = [timeOf(frames[0]!), timeOf(frames.at(-1)!)];
  const when =
    frames.length === 1
      ? `at ${clockTime(first)}`
      : `between ${clockTime(first)} and ${clockTime(last)}`;
  const words = `${counted(frames.length, 'frame')} ${when} ${frames.length === 1 ? what.replace(/^have/, 'has') : what}`;
  return [{ kind, words, timeS: first }];
}

type Counts = ReadonlyMap<string, number>;

function dropsOf(frames: readonly PerceptionFrame[]): Counts {
  return count(frames, ({ drops }) => drops.map((drop) => [drop.reason, Number(drop.count)]));
}

const modesOf = (frames: readonly PerceptionFrame[]) =>
  count(frames, ({ mode }) => (mode === '' ? [] : [[mode, 1]]));

const absencesOf = (frames: readonly PerceptionFrame[]) =>
  count(frames, ({ stages }) =>
    stages.flatMap(({ stage, state, reason, errorCode }): [string, number][] => {
      const why = reason || errorCode;
      const name = absenceNames[state];
      return name === undefined ? [] : [[`${stage}: ${name}${why && ` (${why})`}`, 1]];
    }),
  );

const absenceNames: Readonly<Record<number, string>> = {
  [StageState.SKIPPED]: 'skipped',
  [StageState.LATE]: 'late',
  [StageState.FAILED]: 'failed',
};

function count(
  frames: readonly PerceptionFrame[],
  of: (frame: PerceptionFrame) => readonly (readonly [string, number])[],
): Counts {
  const counts = new Map<string, number>();
  for (const frame of frames)
    for (const [name, amount] of of(frame)) counts.set(name, (counts.get(name) ?? 0) + amount);
  return counts;
}

function countChanges(
  kind: 'drops' | 'mode' | 'stage-missing',
  what: string,
  before: Counts,
  now: Counts,
): Finding[] {
  return [...new Set([...before.keys(), ...now.keys()])].sort().flatMap((name): Finding[] => {
    const [old, found] = [before.get(name) ?? 0, now.get(name) ?? 0];
    if (old === found) return [];
    const words = `${counted(found, 'frame')} ${what} ${name.replaceAll('_', ' ')}, ${old} before`;
    return [{ kind, words }];
  });
}

function healthChanges(
  reference: readonly PerceptionFrame[],
  candidate: readonly PerceptionFrame[],
): Finding[] {
  const health = (frames: readonly PerceptionFrame[]) =>
    count(frames, (frame) => frame.health.map((code) => [code, 1]));
  const [before, now] = [health(reference), health(candidate)];
  const came = [...now].filter(([code]) => !before.has(code));
  const went = [...before].filter(([code]) => !now.has(code));
  return [
    ...came.map(
      ([code, frames]): Finding => ({
        kind: 'health',
        words: `health says ${code} on ${counted(frames, 'frame')}, never before`,
      }),
    ),
    ...went.map(
      ([code, frames]): Finding => ({
        kind: 'health',
        words: `health does not say ${code} any more, on ${counted(frames, 'frame')} before`,
      }),
    ),
  ];
}
