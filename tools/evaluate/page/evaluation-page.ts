import { labelsOf } from '../../../src/bundle/manifest.js';
import { htmlPage } from '../../page/html-page.js';
import { escaped } from '../../page/svg.js';
import { doubtLines } from '../doubt.js';
import type { Evaluation } from '../evaluation.js';
import type { Section, Tile } from '../report/findings.js';
import { evaluationStyle } from './evaluation-style.js';

/** Number of problems that are listed; the rest are counted. The JSON has all. */
const shownProblems = 20;

/** One self-contained HTML document: no script, nothing loaded from anywhere. */
export function evaluationPage(
  evaluation: Evaluation,
  tiles: readonly Tile[],
  sections: readonly Section[],
): string {
  const { task, bundle, data, count } = evaluation;
  // The JSON has the full hash.
  const shortBundle = bundle.replace(/(sha256:[0-9a-f]{12})[0-9a-f]+/, '$1');
  const title = `${task[0]!.toUpperCase()}${task.slice(1)} on ${data}`;
  return htmlPage({
    title,
    subtitle: `${count} samples scored; bundle ${shortBundle}`,
    style: evaluationStyle,
    body: `<div class="tiles">${tiles.map(tileHtml).join('')}</div>
${[...sections, ...remarks(evaluation)].map(sectionHtml).join('\n')}`,
  });
}

const tileHtml = ({ name, value }: Tile) =>
  `<div><span>${escaped(name)}</span><b>${escaped(value)}</b></div>`;

const sectionHtml = ({ title, note, body }: Section) => `<section>
<h2>${escaped(title)}</h2>
${note === undefined ? '' : `<p class="muted">${escaped(note)}</p>`}
${body}
</section>`;

function remarks({ task, doubt, notes, problems }: Evaluation): Section[] {
  const list = (lines: readonly string[]) =>
    `<ul class="plain">${lines.map((line) => `<li>${escaped(line)}</li>`).join('')}</ul>`;
  const more = problems.length - shownProblems;
  const told = problems.slice(0, shownProblems).map(({ where, reason }) => `${where}: ${reason}`);
  if (more > 0) told.push(`and ${more} more`);
  return [
    // Signs have their own card with the diagram.
    ...(doubt !== undefined && labelsOf(task) !== 'signs'
      ? [
          {
            title: 'Doubt',
            note: 'Whether as many answers are right as the network claims; 0 is a claim that holds.',
            body: list(doubtLines(doubt)),
          },
        ]
      : []),
    // Notes on crops are in their own cards.
    ...(notes.length > 0 && labelsOf(task) !== 'signs'
      ? [{ title: 'Remarks', body: list(notes) }]
      : []),
    ...(problems.length > 0
      ? [
          {
            title: `Left out: ${problems.length}`,
            note: 'Not scored, each for this reason.',
            body: list(told),
          },
        ]
      : []),
  ];
}
