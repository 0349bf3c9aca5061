import { z } from 'zod';
import { readInputText } from '../../src/files/read-input.js';
import { PerceptionError } from '../../src/frame/perception-error.js';
import { describeIssue } from '../../src/text/describe-issue.js';
import { parseYaml } from '../../src/text/yaml-document.js';
import { type Finding, type FindingKind, findingKinds } from './finding.js';
import { namedScores, type ScoreName } from './truth/truth-scores.js';

const amount = z.number().nonnegative();
const kind = z.enum(Object.keys(findingKinds) as [FindingKind, ...FindingKind[]]);

/** Differences up to these limits are ignored. */
const limitsSchema = z.strictObject({
  /** An object counts if it is found in at least this many frames; shorter ones count only in their class's total. */
  objectFrames: z.int().min(1).default(5),
  /** Found this much later or earlier, seconds. */
  seenLaterS: amount.default(0.25),
  /** Share of a class's boxes that may come or go. */
  boxCountShare: amount.default(0.05),
  /** Common offset of all boxes, pixels of the frame. */
  boxOffsetPx: amount.default(0.5),
  steeringMeanDeg: amount.default(0.05),
  steeringMostDeg: amount.default(0.5),
  /** Share of the picture that a class covers, mean over the drive. */
  classShare: amount.default(0.003),
  /** Share of pixels with another class, mean over the drive. */
  mapPixels: amount.default(0.01),
  /** Mean height of free space, a share of the map. */
  freeSpace: amount.default(0.005),
  /** A stage's time relative to the reference, corrected for the machine's speed; on the same machine only. */
  stageTimes: z.number().min(1).default(1.5),
  stageMs: amount.default(1),
  /**
   * p99 of glass to result, milliseconds. If omitted, it is reported and not judged, because it depends on what else
   * runs.
   */
  latencyP99Ms: amount.optional(),
});

/** Requirements for one score against ground truth, in its own unit. */
const scoreRule = z.strictObject({
  /** It may be worse than the reference's by this much. */
  worseBy: amount.optional(),
  /** Bounds for the candidate's score, whatever the reference's is. */
  atLeast: z.number().optional(),
  atMost: z.number().optional(),
});

/** The differences that are accepted. */
export const rulesSchema = z.strictObject({
  /** `auto`: bit by bit if build, machine, networks and provider are the same; `never`: by limits everywhere. */
  exact: z.enum(['auto', 'never']).default('auto'),
  limits: limitsSchema.prefault({}),
  /** Scores against ground truth, if the drive has any. */
  truth: z
    .partialRecord(z.enum(Object.keys(namedScores) as [ScoreName, ...ScoreName[]]), scoreRule)
    .default({}),
  /** Findings that do not fail the verdict: by kind, for some classes or all, up to a number. */
  allow: z
    .array(
      z.strictObject({
        kind,
        classes: z.array(z.string().min(1)).min(1).optional(),
        atMost: z.int().min(1).optional(),
      }),
    )
    .default([]),
  /** Classes (of objects or signs) of which no finding is ever allowed, whatever `allow` says. */
  never: z.array(z.string().min(1)).default([]),
});

export type Rules = z.infer<typeof rulesSchema>;
export type Limits = Rules['limits'];

/** The default rules: nothing is allowed. */
export const strictRules: Rules = rulesSchema.parse({});

/** Reads a rules file (YAML). Rejects with ERR_CONFIG and names the key. */
export async function readRules(path: string): Promise<Rules> {
  const text = readInputText(path, { code: 'ERR_CONFIG', what: 'a rules file' });
  const { value } = parseYaml(text, { where: path, code: 'ERR_CONFIG' });
  const checked = rulesSchema.safeParse(value ?? {}, { reportInput: true });
  if (checked.success) return checked.data;
  const faults = checked.error.issues.map(
    (issue) => `${issue.path.join('.') || 'the file'}: ${describeIssue(issue, rulesSchema)}`,
  );
  throw new PerceptionError('ERR_CONFIG', `${path}: ${faults.join('; ')}`);
}

export interface JudgedFinding extends Finding {
  isAllowed: boolean;
}

/** Marks each finding as allowed or not; `atMost` counts over all classes in its line. */
export function judge(findings: readonly Finding[], { allow, never }: Rules): JudgedFinding[] {
  const used = allow.map(() => 0);
  const isNever = ({ className }: Finding) => className !== undefined && never.includes(className);
  return findings.map((finding) => {
    const place = isNever(finding)
      ? -1
      : allow.findIndex(
          (rule, index) =>
            rule.kind === finding.kind &&
            (rule.classes === undefined ||
              (finding.className !== undefined && rule.classes.includes(finding.className))) &&
            used[index]! < (rule.atMost ?? Number.POSITIVE_INFINITY),
        );
    if (place >= 0) used[place]!++;
    return { ...finding, isAllowed: place >= 0 };
  });
}
