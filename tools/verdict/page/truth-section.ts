import { htmlTable, unfolded } from '../../page/html-parts.js';
import { namedScores, pairScores, spokenScore, type TruthScores } from '../truth/truth-scores.js';
import type { Verdict } from '../verdict.js';
import { counted, spokenClass } from '../words.js';

/** Scores of both runs against the drive's ground truth, in total and by class; empty without truth. */
export function truthSection({ truth }: Verdict): string {
  if (truth === null) return '';
  const { reference, candidate } = truth;
  const rows = pairScores(reference, candidate).map(
    ({ name, reference: before, candidate: now }) => [
      namedScores[name].label,
      spokenScore(name, before),
      spokenScore(name, now),
      signed(now - before, (value) => spokenScore(name, value)),
    ],
  );
  const classes = [
    ...classTable('Boxes by class', 'AP at IoU 0.5', truth, ({ detection }) =>
      mapValues(detection?.perClass ?? {}, ({ ap50 }) => ap50),
    ),
    ...classTable('Class map by class', 'IoU', truth, ({ segmentation }) => segmentation?.perClass),
  ];
  const tracks = [reference, candidate].map(({ tracking }) =>
    tracking === null
      ? ''
      : `${counted(tracking.idSwitches, 'switch', 'switches')} of id, ${tracking.misses} of ${counted(tracking.truth, 'box', 'boxes')} missed, ${counted(tracking.falsePositives, 'box', 'boxes')} where nothing is`,
  );
  const tracksRow =
    tracks[0] === '' ? '' : `<p class="muted">Tracks before: ${tracks[0]}; now: ${tracks[1]}.</p>`;
  return `<section><h2>Against ground truth</h2><p class="muted">${counted(candidate.frames, 'frame')} of the results have ground truth.</p>${htmlTable(['score', 'before', 'now', 'change'], rows)}${tracksRow}${classes.join('')}</section>`;
}

function classTable(
  title: string,
  score: string,
  { reference, candidate }: { reference: TruthScores; candidate: TruthScores },
  of: (scores: TruthScores) => Readonly<Record<string, number>> | undefined,
): string[] {
  const [before, now] = [of(reference) ?? {}, of(candidate) ?? {}];
  const names = [...new Set([...Object.keys(before), ...Object.keys(now)])];
  if (names.length === 0) return [];
  const shown = (value: number | undefined) => value?.toFixed(3) ?? '';
  const rows = names.map((name) => {
    const [a, b] = [before[name], now[name]];
    const change = a === undefined || b === undefined ? '' : signed(b - a, (one) => one.toFixed(3));
    return [spokenClass(name), shown(a), shown(b), change];
  });
  return [unfolded(`${title}: ${score}`, htmlTable(['class', 'before', 'now', 'change'], rows))];
}

const signed = (change: number, shown: (value: number) => string) =>
  change === 0 ? '' : `${change < 0 ? '−' : '+'}${shown(Math.abs(change))}`;

const mapValues = <A, B>(record: Readonly<Record<string, A>>, of: (value: A) => B) =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [name, of(value)]));
