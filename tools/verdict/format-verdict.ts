import { escaped } from '../page/svg.js';
import { type FindingKind, findingKinds } from './finding.js';
import type { JudgedFinding } from './rules.js';
import type { Verdict } from './verdict.js';
import { counted, spokenDegrees } from './words.js';

/** So many findings of one kind are told one by one; the JSON has all. */
const shownOfKind = 8;

/** The verdict for a person: what it is, what was found, kind by kind. */
export function formatVerdict(verdict: Verdict): string {
  const { passed, findings } = verdict;
  const lines = [
    `verdict    ${passed ? 'passed' : 'FAILED'}: ${summaryOf(verdict)}`,
    `reference  ${verdict.reference}`,
    `candidate  ${verdict.candidate}`,
    ...factsOf(verdict).map(([name, text]) => `${name.padEnd(11)}${text}`),
  ];
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

/** Name and text of what was measured, whatever came of it. */
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

/** In the order of the table of kinds. */
export function byKind(findings: readonly JudgedFinding[]): Map<FindingKind, JudgedFinding[]> {
  const groups = new Map<FindingKind, JudgedFinding[]>();
  for (const finding of findings)
    groups.set(finding.kind, [...(groups.get(finding.kind) ?? []), finding]);
  return groups;
}

/** JUnit's XML, as build servers read it: one test case a kind of finding, failed where one is not allowed. */
export function formatJunit({ findings, reference }: Verdict): string {
  const groups = byKind(findings);
  const cases = (Object.keys(findingKinds) as FindingKind[]).map((kind) => {
    const wrong = (groups.get(kind) ?? []).filter(({ isAllowed }) => !isAllowed);
    const name = escaped(`no ${kind}: ${findingKinds[kind]}`);
    const head = `<testcase classname="windshield.verify" name="${name}"`;
    if (wrong.length === 0) return `${head}/>`;
    const text = wrong.map(({ words }) => words).join('\n');
    return `${head}><failure message="${escaped(wrong[0]!.words)}">${escaped(text)}</failure></testcase>`;
  });
  const failures = cases.filter((text) => text.includes('<failure')).length;
  return `<?xml version="1.0" encoding="UTF-8"?>
<testsuites><testsuite name="${escaped(`verify against ${reference}`)}" tests="${cases.length}" failures="${failures}">
${cases.join('\n')}
</testsuite></testsuites>
`;
}
