import { evaluationStyle } from '../../evaluate/page/evaluation-style.js';
import { htmlPage } from '../../page/html-page.js';
import { htmlTable } from '../../page/html-parts.js';
import { escaped } from '../../page/svg.js';
import type { JudgedFinding } from '../../verdict/rules.js';
import { namedScores } from '../../verdict/truth/truth-scores.js';
import { clockTime, counted } from '../../verdict/words.js';
import type { DriveVerdict, FleetVerdict } from './fleet-verdict.js';
import { fleetFacts, fleetSummary, spokenFleetScore, worstFirst } from './format-fleet-verdict.js';

/** A page with more drives would be slow to open and nobody would read it; the JSON lists all. */
const mostDrives = 300;

/**
 * One self-contained HTML document, without script. Times link to that moment in the player, which `windshield view`
 * serves at `pageUrl`; each drive shows the command for it.
 */
export function fleetPage(verdict: FleetVerdict, pageUrl: string): string {
  const { passed, drives, failures, missing, common, scores, setApart, units } = verdict;
  const title = `Fleet: ${passed ? 'passed' : 'failed'}`;
  const tile = (label: string, value: number, isBad = false) =>
    `<div${isBad && value > 0 ? ' class="bad"' : ''}><span>${label}</span><b>${value}</b></div>`;
  const section = (head: string, body: string) =>
    body === '' ? '' : `<section><h2>${escaped(head)}</h2>${body}</section>`;
  const list = (items: readonly string[]) =>
    items.length === 0
      ? ''
      : `<ul class="plain">${items.map((item) => `<li>${item}</li>`).join('')}</ul>`;
  return htmlPage({
    title,
    subtitle: fleetSummary(verdict),
    style: `${evaluationStyle}
.plain li { margin: 2px 0; } .swatch.wrong { background: var(--wrong); } .swatch.right { background: var(--right); }
.drive { border-top: 1px solid var(--line); padding: 10px 0; } code { overflow-wrap: anywhere; font-size: 13px; }`,
    body: `<div class="tiles">${tile('units', units.asked)}${tile('the same byte for byte', units.identical)}${tile('differ', drives.length, true)}${tile('failed', units.failed, true)}${tile('missing', units.missing, true)}</div>
${section(
  'What was compared',
  `<dl class="facts">${fleetFacts(verdict)
    .map(([name, text]) => `<dt>${escaped(name)}</dt><dd>${escaped(text)}</dd>`)
    .join('')}</dl>`,
)}
${section(
  'Scores over all drives, with 95 % confidence intervals (bootstrap over drives)',
  scores.length === 0
    ? ''
    : htmlTable(
        ['score', 'value'],
        scores.map((score) => [namedScores[score.name].label, spokenFleetScore(score)]),
      ),
)}
${section('In several drives', list(common.map(({ words, drives: count, isAllowed }) => `${swatch(isAllowed)}${counted(count, 'drive')}: ${escaped(words)}`)))}
${section('Without results', list([...failures.map(({ name, kind, reason }) => `<b>${escaped(name)}</b>: ${escaped(`${kind}: ${reason}`)}`), ...missing.map((name) => `<b>${escaped(name)}</b>: no results, and no reason`)]))}
${section('Set apart', list(setApart.map(escaped)))}
${section(
  'Drives, worst first',
  drives.length === 0
    ? ''
    : `<p class="muted">A time leads to that moment in the player, once the command beside the drive has opened it.</p>${drives
        .slice(0, mostDrives)
        .map((drive) => driveSection(drive, verdict, pageUrl))
        .join(
          '\n',
        )}${drives.length > mostDrives ? `<p class="muted">and ${drives.length - mostDrives} more</p>` : ''}`,
)}`,
  });
}

function driveSection(
  { name, location, results, findings }: DriveVerdict,
  { candidate }: FleetVerdict,
  pageUrl: string,
): string {
  const files = [location, results && `${candidate.place}/${results}`].filter(Boolean).join(' ');
  const lines = worstFirst(findings).map(
    (finding) => `<li>${swatch(finding.isAllowed)}${linked(finding, pageUrl)}</li>`,
  );
  return `<div class="drive"><h3>${escaped(name)}</h3><code>windshield view ${escaped(files)}</code><ul class="plain">${lines.join('')}</ul></div>`;
}

/** The text with its moment as a link. */
function linked({ words, timeS, isAllowed }: JudgedFinding, pageUrl: string): string {
  const text = `${escaped(words)}${isAllowed ? ' (allowed)' : ''}`;
  if (timeS === undefined) return text;
  const address = `${pageUrl.replace(/\/$/, '')}/#at=${timeS.toFixed(2)}`;
  return `<a href="${escaped(address)}">${clockTime(timeS)}</a> ${text}`;
}

const swatch = (isAllowed: boolean) =>
  `<span class="swatch ${isAllowed ? 'right' : 'wrong'}" aria-hidden="true"></span>`;
