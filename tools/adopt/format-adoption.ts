import type { AdoptedDetector } from './adopt-detector.js';
import { feedingText } from './feeding.js';
import type { Trial } from './try-detection.js';

const shownTrials = 12;

/** Every way that was tried, best first, as a table for people. */
export function trialTable({
  trials,
  chosen,
  triedOn,
}: Pick<AdoptedDetector, 'trials' | 'chosen' | 'triedOn'>): string {
  const isLabelled = triedOn === 'labels';
  const headings = isLabelled
    ? ['AP at IoU 0.5', 'recall', 'precision']
    : ['steadiness', 'found again', 'mean score'];
  const isReadTwice = new Set(trials.map(readingText)).size > 1;
  const rows = trials
    .slice(0, shownTrials)
    .map((trial) => [
      (trial === chosen ? '* ' : '  ') +
        feedingText(trial.feeding) +
        (isReadTwice ? `, ${readingText(trial)}` : ''),
      ...[trial.score.value, trial.score.recall, trial.score.precision].map((v) => v.toFixed(3)),
    ]);
  const width = Math.max(...rows.map(([name]) => name!.length), 10);
  const line = ([name, ...cells]: string[]) =>
    `${name!.padEnd(width)}  ${cells.map((cell, i) => cell.padStart(headings[i]!.length)).join('  ')}`;
  const more = trials.length - rows.length;
  return [
    line(['  fed', ...headings]),
    ...rows.map(line),
    ...(more > 0 ? [`  and ${more} worse ones`] : []),
    '* taken: of those that so few pictures do not tell apart (within 0.03), nearest to the usual way of its family',
  ].join('\n');
}

/** What tells readings of one family apart. */
function readingText({ decode }: Trial): string {
  return decode.kind === 'distribution' ? `points in the ${decode.point}` : decode.kind;
}
