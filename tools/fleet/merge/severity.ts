import type { FindingKind } from '../../verdict/finding.js';
import type { JudgedFinding } from '../../verdict/rules.js';

/**
 * How bad a finding is, for the order in which a person should look at a thousand: what is not seen any more before what
 * is seen otherwise, that before what is seen too; causes, such as another network, weigh nothing beside their effects.
 */
const weights: Partial<Record<FindingKind, number>> = {
  'sign-lost': 10,
  'sign-misread': 10,
  'object-lost': 10,
  'class-lost': 20,
  'frames-missing': 20,
  'stage-missing': 10,
  health: 10,
  delay: 20,
  steering: 8,
  'truth-worse': 8,
  'truth-bound': 8,
  'label-swapped': 8,
  'box-offset': 6,
  'free-space': 5,
  'object-renamed': 5,
  'object-later': 4,
  'object-shorter': 3,
  'box-count': 3,
  'class-share': 3,
  'class-map': 3,
  drops: 3,
  mode: 3,
  'track-split': 2,
};

/** Of what the rules do not allow; a kind without a weight counts 1. */
export const severityOf = (findings: readonly JudgedFinding[]): number =>
  findings
    .filter(({ isAllowed }) => !isAllowed)
    .reduce((sum, { kind }) => sum + (weights[kind] ?? 1), 0);
