import { columnsTo, textTable } from '../../src/text/text-table.js';
import type { AdoptedNetwork } from './adopt-network.js';
import { feedingText } from './feeding.js';
import type { Trial } from './trial.js';

const shownTrials = 12;

/** All trials, best first, as a table for people. */
export function trialTable({
  trials,
  chosen,
  measure,
}: Pick<AdoptedNetwork, 'trials' | 'chosen' | 'measure'>): string {
  const headings = [measure, ...Object.keys(trials[0]?.score.parts ?? {})];
  const isReadTwice = new Set(trials.map(readingText)).size > 1;
  const rows = trials
    .slice(0, shownTrials)
    .map((trial) => [
      (trial === chosen ? '* ' : '  ') +
        feedingText(trial.feeding) +
        (isReadTwice ? `, ${readingText(trial)}` : ''),
      ...[trial.score.value, ...Object.values(trial.score.parts)].map((v) => v.toFixed(3)),
    ]);
  const more = trials.length - rows.length;
  return [
    textTable([['  fed', ...headings], ...rows], { numbers: columnsTo(headings.length) }),
    ...(more > 0 ? [`  and ${more} worse ones`] : []),
    '* taken: of those that so few pictures do not tell apart (within 0.03), nearest to the usual way of its family',
  ].join('\n');
}

/** The part of a decoding that distinguishes readings of one family. */
function readingText({ decode }: Trial): string {
  if (decode.kind === 'distribution') return `points in the ${decode.point}`;
  if (decode.kind === 'anchors') return `anchors from ${decode.levels[0]!.anchorsPx[0]!.join('x')}`;
  if (decode.kind === 'steering') return decode.distribution?.read ?? 'a number';
  return decode.kind;
}
