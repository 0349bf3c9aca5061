import { escaped } from '../page/svg.js';
import type { RigComparison } from './compare-rigs.js';
import { formatVerdict, junitSuite, suitesXml } from './format-verdict.js';
import { type JudgedFinding, judge, type Rules } from './rules.js';
import { type Verdict, verdictOf } from './verdict.js';
import { counted } from './words.js';

/** The verdict on a rig of several cameras, as `--json` prints it. */
export interface RigVerdict {
  /** True if every camera's verdict passed, and no missing or additional camera violates the rules. */
  passed: boolean;
  reference: string;
  candidate: string;
  /** Findings of all cameras; `camera` and the beginning of `words` name the camera. */
  findings: JudgedFinding[];
  /** The verdict of each camera, by name. */
  cameras: Record<string, Verdict>;
}

/** Rules apply to each camera separately. */
export function rigVerdictOf(rig: RigComparison, rules: Rules): RigVerdict {
  const cameras = [...rig.cameras].map(([camera, { comparison }]) => {
    return [camera, verdictOf(comparison, rules)] as const;
  });
  const own = cameras.flatMap(([camera, { findings }]) =>
    findings.map((finding) => ({ ...finding, camera, words: `${camera}: ${finding.words}` })),
  );
  const findings = [...judge(rig.findings, rules), ...own];
  return {
    passed: findings.every(({ isAllowed }) => isAllowed),
    reference: rig.referencePath,
    candidate: rig.candidatePath,
    findings,
    cameras: Object.fromEntries(cameras),
  };
}

/** Formats the verdict for people: the total first, then camera by camera. */
export function formatRigVerdict(verdict: RigVerdict): string {
  const { passed, findings, cameras, reference, candidate } = verdict;
  const wrong = findings.filter(({ isAllowed }) => !isAllowed).length;
  const names = Object.keys(cameras);
  const said =
    findings.length === 0
      ? 'no difference that counts'
      : `${counted(findings.length, 'finding')}${wrong < findings.length ? `, ${findings.length - wrong} allowed` : ''}`;
  return [
    `rig        ${passed ? 'passed' : 'FAILED'}: ${said} on ${names.join(', ') || 'no camera'}`,
    `reference  ${reference}`,
    `candidate  ${candidate}`,
    ...lacking(verdict).map(({ words, isAllowed }) => `${words}${isAllowed ? ' (allowed)' : ''}`),
    ...names.flatMap((name) => ['', `camera ${name}`, formatVerdict(cameras[name]!)]),
  ].join('\n');
}

/** JUnit's XML: a suite for the rig, and one for each camera. */
export function formatRigJunit(verdict: RigVerdict): string {
  const { cameras, reference } = verdict;
  const wrong = lacking(verdict).filter(({ isAllowed }) => !isAllowed);
  const failure = wrong
    .map(({ words }) => `<failure message="${escaped(words)}">${escaped(words)}</failure>`)
    .join('');
  const rig = `<testsuite name="${escaped(`verify the cameras of ${reference}`)}" tests="1" failures="${wrong.length > 0 ? 1 : 0}">
<testcase classname="windshield.verify" name="the same cameras">${failure}</testcase>
</testsuite>`;
  return suitesXml([
    rig,
    ...Object.entries(cameras).map(([name, own]) => junitSuite(own, `windshield.verify.${name}`)),
  ]);
}

const lacking = ({ findings }: RigVerdict) =>
  findings.filter(({ kind }) => kind === 'camera-missing' || kind === 'camera-added');
