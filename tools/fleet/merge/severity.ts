import type { FindingKind } from '../../verdict/finding.js';
import type { JudgedFinding } from '../../verdict/rules.js';

/**
 * How bad a finding is, so that the worst of a thousand come first: objects no longer seen before objects seen
 * differently, and those before newly seen ones. Causes, such as another network, weigh nothing next to their
 * effects.
 */
const weights: Partial<Record<FindingKind, number>> = {
  'sign-lost': 10,
  'sign-misread': 10,
  'light-lost': 10,
  'light-misread': 10,
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
  'light-later': 4,
  'object-shorter': 3,
  'box-count': 3,
  'class-share': 3,
  'class-map': 3,
  drops: 3,
  mode: 3,
  'track-split': 2,
};

/** Sum over findings that the rules do not allow; a kind without a weight counts 1. */
export const severityOf = (findings: readonly JudgedFinding[]): number =>
  findings
    .filter(({ isAllowed }) => !isAllowed)
    .reduce((sum, { kind }) => sum + (weights[kind] ?? 1), 0);
