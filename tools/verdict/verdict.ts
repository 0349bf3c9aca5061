import type { Comparison } from './compare-runs.js';
import { type JudgedFinding, judge, type Rules } from './rules.js';
import type { TruthScores } from './truth/truth-scores.js';

/** A verdict, as `--json` prints it. */
export interface Verdict {
  /** True if there is no finding that the rules do not allow. */
  passed: boolean;
  reference: string;
  candidate: string;
  frames: { compared: number; identical: number; missing: number; added: number };
  /** Build, machine, networks and provider are the same. */
  isSameBuild: boolean;
  findings: JudgedFinding[];
  steering: { meanRad: number; mostRad: number; mostAtS: number } | null;
  /** p99 of glass to result, milliseconds. */
  p99Ms: { reference: number; candidate: number } | null;
  /** Scores of both against the drive's ground truth; null if there is none. */
  truth: { reference: TruthScores; candidate: TruthScores } | null;
  /** Parts of either file that could not be read. */
  losses: string[];
}

export function verdictOf(comparison: Comparison, rules: Rules): Verdict {
  const { reference, candidate, paired, identicalFrames, isSameBuild, steering, timing, truth } =
    comparison;
  const findings = judge(comparison.findings, rules);
  return {
    passed: findings.every(({ isAllowed }) => isAllowed),
    reference: reference.path,
    candidate: candidate.path,
    frames: {
      compared: paired.pairs.length,
      identical: identicalFrames,
      missing: paired.missing.length,
      added: paired.added.length,
    },
    isSameBuild,
    findings,
    steering: steering
      ? { meanRad: steering.meanRad, mostRad: steering.mostRad, mostAtS: steering.mostAtS }
      : null,
    p99Ms: timing.p99Ms ?? null,
    truth: truth ?? null,
    losses: [reference, candidate].flatMap(({ path, losses }) =>
      losses.map((loss) => `${path} ${loss}`),
    ),
  };
}
