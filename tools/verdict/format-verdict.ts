import { escaped } from '../page/svg.js';
import { type FindingKind, findingKinds } from './finding.js';
import type { JudgedFinding } from './rules.js';
import { namedScores, pairScores, spokenChange } from './truth/truth-scores.js';
import type { Verdict } from './verdict.js';
import { counted, spokenDegrees } from './words.js';

/** Number of findings per kind that are listed one by one; the JSON has all. */
const shownOfKind = 8;

/** Formats the verdict for people: the result, then the findings by kind. */
export function formatVerdict(verdict: Verdict): string {
  const { passed, findings } = verdict;
  const facts: [string, string][] = [
    ['verdict', `${passed ? 'passed' : 'FAILED'}: ${summaryOf(verdict)}`],
    ['reference', verdict.reference],
    ['candidate', verdict.candidate],
    ...factsOf(verdict),
    ...truthFacts(verdict),
  ];
  const width = Math.max(...facts.map(([name]) => name.length)) + 2;
  const lines = facts.map(([name, text]) => `${name.padEnd(width)}${text}`);
  for (const [kind, found] of byKind(findings)) {
    lines.push('', `${kind}: ${findingKinds[kind]}`);
    for (const { words, isAllowed } of found.slice(0, shownOfKind))
      lines.push(`  ${words}${isAllowed ? ' (allowed)' : ''}`);
    if (found.length > shownOfKind) lines.push(`  and ${found.length - shownOfKind} more`);
  }
  return lines.join('\n');
}

/** `no difference`, or `3 findings, 1 allowed`. */
export function summaryOf({ findings }: Pick<Verdict, 'findings'>): string {
  if (findings.length === 0) return 'no difference that counts';
  const allowed = findings.filter(({ isAllowed }) => isAllowed).length;
  return `${counted(findings.length, 'finding')}${allowed > 0 ? `, ${allowed} allowed` : ''}`;
}

/** Name and text of each measurement, whatever the verdict. */
export function factsOf(verdict: Verdict): [string, string][] {
  const { frames, isSameBuild, steering, p99Ms, losses } = verdict;
  const facts: [string, string][] = [
    [
      'frames',
      `${frames.compared} compared, ${frames.identical} the same byte for byte${isSameBuild ? '' : ' (build, machine, networks or provider differ)'}${frames.missing > 0 ? `, ${frames.missing} missing` : ''}${frames.added > 0 ? `, ${frames.added} added` : ''}`,
    ],
  ];
  if (steering !== null)
    facts.push([
      'steering',
      `${spokenDegrees(steering.meanRad)} apart on average, ${spokenDegrees(steering.mostRad)} at most`,
    ]);
  if (p99Ms !== null) {
    const growthMs = p99Ms.candidate - p99Ms.reference;
    facts.push([
      'latency',
      `p99 ${growthMs < 0 ? '−' : '+'}${Math.abs(growthMs).toFixed(1)} ms (${p99Ms.candidate.toFixed(1)} ms from glass to result)`,
    ]);
  }
  for (const loss of losses) facts.push(['loss', loss]);
  return facts;
}

/** Scores of both runs against the drive's ground truth. */
function truthFacts({ truth }: Verdict): [string, string][] {
  if (truth === null) return [];
  const { reference, candidate } = truth;
  const frames = `${counted(candidate.frames, 'frame')} of the results have ground truth`;
  return [
    ['truth', frames],
    ...pairScores(reference, candidate).map((pair): [string, string] => [
      namedScores[pair.name].label,
      spokenChange(pair),
    ]),
  ];
}

/** In the order of the table of kinds. */
export function byKind(findings: readonly JudgedFinding[]): Map<FindingKind, JudgedFinding[]> {
  const groups = new Map<FindingKind, JudgedFinding[]>();
  for (const finding of findings)
    groups.set(finding.kind, [...(groups.get(finding.kind) ?? []), finding]);
  return groups;
}

/** JUnit's XML, as build servers read it. */
export const formatJunit = (verdict: Verdict): string => suitesXml([junitSuite(verdict)]);

export const suitesXml = (suites: readonly string[]): string =>
  `<?xml version="1.0" encoding="UTF-8"?>
<testsuites>${suites.join('\n')}</testsuites>
`;

/** One test case per kind of finding, failed if a finding is not allowed. */
export function junitSuite(verdict: Verdict, className = 'windshield.verify'): string {
  const { findings, reference, truth } = verdict;
  const groups = byKind(findings);
  const cases = (Object.keys(findingKinds) as FindingKind[]).map((kind) => {
    const wrong = (groups.get(kind) ?? []).filter(({ isAllowed }) => !isAllowed);
    const name = escaped(`no ${kind}: ${findingKinds[kind]}`);
    const head = `<testcase classname="${escaped(className)}" name="${name}"`;
    if (wrong.length === 0) return `${head}/>`;
    const text = wrong.map(({ words }) => words).join('\n');
    return `${head}><failure message="${escaped(wrong[0]!.words)}">${escaped(text)}</failure></testcase>`;
  });
  const scores = truth === null ? [] : pairScores(truth.reference, truth.candidate);
  const properties = scores.flatMap((score) =>
    (['reference', 'candidate'] as const).map(
      (side) => `<property name="truth.${score.name}.${side}" value="${score[side]}"/>`,
    ),
  );
  const failures = cases.filter((text) => text.includes('<failure')).length;
  return `<testsuite name="${escaped(`verify against ${reference}`)}" tests="${cases.length}" failures="${failures}">
${properties.length === 0 ? '' : `<properties>${properties.join('')}</properties>\n`}${cases.join('\n')}
</testsuite>`;
}
