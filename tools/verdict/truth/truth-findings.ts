import type { Finding } from '../finding.js';
import type { Rules } from '../rules.js';
import {
  type NamedScore,
  namedScores,
  pairScores,
  type ScorePair,
  spokenChange,
  spokenScore,
  type TruthScores,
} from './truth-scores.js';

/** Scores against ground truth that fell, or that violate the rules' bounds. */
export function truthFindings(
  { reference, candidate }: { reference: TruthScores; candidate: TruthScores },
  { truth: rules }: Rules,
): Finding[] {
  return pairScores(reference, candidate).flatMap((pair) => {
    const { name } = pair;
    const score: NamedScore = namedScores[name];
    const { worseBy = score.worseBy, atLeast, atMost } = rules[name] ?? {};
    const fall = score.more === 'better' ? -changeOf(pair) : changeOf(pair);
    const findings: Finding[] = [];
    if (fall > worseBy)
      findings.push({
        kind: 'truth-worse',
        words: `${score.label} against ground truth is ${spokenChange(pair)}`,
      });
    const found = `${score.label} against ground truth is ${spokenScore(name, pair.candidate)}`;
    if (atLeast !== undefined && pair.candidate < atLeast)
      findings.push({
        kind: 'truth-bound',
        words: `${found}, at least ${spokenScore(name, atLeast)} is asked for`,
      });
    if (atMost !== undefined && pair.candidate > atMost)
      findings.push({
        kind: 'truth-bound',
        words: `${found}, at most ${spokenScore(name, atMost)} is asked for`,
      });
    return findings;
  });
}

const changeOf = ({ reference, candidate }: ScorePair) => candidate - reference;
