import { describeCheck } from '../../limits/limit.js';
import { escaped } from '../../page/svg.js';
import { findingKinds } from '../../verdict/finding.js';
import { type NamedScore, namedScores, spokenScore } from '../../verdict/truth/truth-scores.js';
import { counted } from '../../verdict/words.js';
import type { FleetScore } from './fleet-scores.js';
import type { DriveVerdict, FleetVerdict } from './fleet-verdict.js';

/** Number of drives, and of findings per drive, that are printed; the JSON and the page have more. */
const shownDrives = 20;
const shownFindings = 5;

/** Formats the verdict for people, worst first. */
export function formatFleetVerdict(verdict: FleetVerdict): string {
  const { passed, drives, failures, missing, setApart, limits } = verdict;
  const facts: [string, string][] = [
    ['verdict', `${passed ? 'passed' : 'FAILED'}: ${fleetSummary(verdict)}`],
    ...fleetFacts(verdict),
    ...verdict.scores.map((score): [string, string] => [
      namedScores[score.name].label,
      spokenFleetScore(score),
    ]),
    ...limits.map((check): [string, string] => ['limit', describeCheck(check)]),
    ...setApart.map((text): [string, string] => ['set apart', text]),
  ];
  const width = Math.max(...facts.map(([name]) => name.length)) + 2;
  const lines = facts.map(([name, text]) => `${name.padEnd(width)}${text}`);
  if (verdict.common.length > 0) lines.push('', 'In several drives:');
  for (const { words, drives: count, isAllowed } of verdict.common.slice(0, shownDrives))
    lines.push(`  ${counted(count, 'drive')}: ${words}${isAllowed ? ' (allowed)' : ''}`);
  for (const { name, reason, kind, failedBefore } of failures)
    lines.push('', `${name}: failed${failedBefore ? ' as before' : ''} (${kind}): ${reason}`);
  for (const name of missing.slice(0, shownDrives))
    lines.push('', `${name}: no results, and no reason: the run has not come to it`);
  for (const drive of drives.slice(0, shownDrives)) lines.push('', ...driveLines(drive));
  const rest = drives.length - shownDrives;
  if (rest > 0) lines.push('', `and ${counted(rest, 'unit')} more`);
  return lines.join('\n');
}

function driveLines({ name, findings }: DriveVerdict): string[] {
  const shown = worstFirst(findings).slice(0, shownFindings);
  const rest = findings.length - shown.length;
  return [
    `${name}: ${counted(findings.length, 'finding')}`,
    ...shown.map(({ words, isAllowed }) => `  ${words}${isAllowed ? ' (allowed)' : ''}`),
    ...(rest > 0 ? [`  and ${rest} more`] : []),
  ];
}

/** Findings that are not allowed first; otherwise in the order of a verdict. */
export const worstFirst = (findings: DriveVerdict['findings']): DriveVerdict['findings'] =>
  findings.toSorted((a, b) => Number(a.isAllowed) - Number(b.isAllowed));

/**
 * `2 of 40 drives differ, 1 failed`: counts only differences that the rules do not allow. The pieces of a drive count as
 * one.
 */
export function fleetSummary({ drives, units, comparedDrives }: FleetVerdict): string {
  const named = (own: typeof drives) => new Set(own.map(({ drive }) => drive)).size;
  const differing = named(drives.filter(({ severity }) => severity > 0));
  const allowed = named(drives) - differing;
  const parts = [
    ...(units.compared === 0
      ? []
      : [`${differing === 0 ? 'none' : differing} of ${counted(comparedDrives, 'drive')} differ`]),
    ...(allowed > 0 ? [`${allowed} in what is allowed`] : []),
    ...(units.failed > 0 ? [`${units.failed} failed`] : []),
    ...(units.missing > 0 ? [`${units.missing} missing`] : []),
  ];
  return parts.join(', ') || 'every drive has results';
}

export function fleetFacts({
  candidate,
  reference,
  units,
  frames,
}: FleetVerdict): [string, string][] {
  const { asked, done, failed, missing, compared, identical, withoutReference, onlyReference } =
    units;
  return [
    ['candidate', `${candidate.place}, run ${candidate.run}`],
    ...(reference === null
      ? []
      : [['reference', `${reference.place}, run ${reference.run}`] as [string, string]]),
    [
      'units',
      `${asked}: ${done} done, ${failed} failed, ${missing} missing; ${counted(frames, 'frame')}`,
    ],
    ...(reference === null
      ? []
      : [
          [
            'compared',
            `${compared}, ${identical} the same byte for byte${withoutReference > 0 ? `; ${withoutReference} without a reference` : ''}${onlyReference > 0 ? `; ${onlyReference} of the reference not asked for` : ''}`,
          ] as [string, string],
        ]),
  ];
}

/** `0.506 (0.431 to 0.570, 38 drives); 0.502 before: +0.004 (−0.001 to +0.010)`. */
export function spokenFleetScore({
  name,
  mean,
  interval,
  drives,
  reference,
  difference,
}: FleetScore): string {
  const say = (value: number) => spokenScore(name, value);
  const { unit, digits }: NamedScore = namedScores[name];
  const signed = (value: number) =>
    `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(digits)}${unit}`;
  const range = interval === null ? '' : `${say(interval[0])} to ${say(interval[1])}, `;
  const now = `${say(mean)} (${range}${counted(drives, 'drive')})`;
  if (reference === null || difference === null) return now;
  const change =
    difference.interval === null
      ? ''
      : ` (${signed(difference.interval[0])} to ${signed(difference.interval[1])})`;
  return `${now}; ${say(reference)} before: ${signed(difference.mean)}${change}`;
}

/**
 * JUnit's XML: one test case for each unit with differences or without results, one for each limit, one for all
 * other units.
 */
export function formatFleetJunit(verdict: FleetVerdict): string {
  const { drives, failures, missing, limits, units } = verdict;
  const cases = [
    ...failures.map(({ name, kind, reason, failedBefore }) =>
      testCase(name, failedBefore ? [] : [`failed (${kind}): ${reason}`]),
    ),
    ...missing.map((name) => testCase(name, ['no results'])),
    ...drives.map(({ name, findings }) =>
      testCase(
        name,
        findings
          .filter(({ isAllowed }) => !isAllowed)
          .map(({ kind, words }) => `${words} (${findingKinds[kind]})`),
      ),
    ),
    ...limits.map((check) =>
      testCase(`limit ${check.name}`, check.isMet ? [] : [describeCheck(check)]),
    ),
    testCase(`${counted(units.done - drives.length, 'other unit')} in which nothing differs`, []),
  ];
  const count = cases.filter((text) => text.includes('<failure')).length;
  const name = escaped(`fleet ${verdict.candidate.run}`);
  return `<?xml version="1.0" encoding="UTF-8"?>
<testsuites><testsuite name="${name}" tests="${cases.length}" failures="${count}">
${cases.join('\n')}
</testsuite></testsuites>
`;
}

function testCase(name: string, faults: readonly string[]): string {
  const head = `<testcase classname="windshield.fleet" name="${escaped(name)}"`;
  if (faults.length === 0) return `${head}/>`;
  return `${head}><failure message="${escaped(faults[0]!)}">${escaped(faults.join('\n'))}</failure></testcase>`;
}
