import { median } from '../../src/frame/median.js';
import { spreadOf } from '../statistics/percentiles.js';
import type { Finding } from './finding.js';
import type { FramePair } from './pair-results.js';
import type { Limits } from './rules.js';

export interface TimingDifference {
  /** Glass to result over the drive, milliseconds; undefined if a run has no times. */
  p99Ms: { reference: number; candidate: number } | undefined;
  stages: readonly StageTimes[];
}

interface StageTimes {
  stage: string;
  /** Median of a frame's time in the stage, milliseconds. */
  referenceMs: number;
  candidateMs: number;
}

export function timingDifference(pairs: readonly FramePair[]): TimingDifference {
  const glass = { reference: [] as number[], candidate: [] as number[] };
  const stages = new Map<string, { reference: number[]; candidate: number[] }>();
  for (const pair of pairs)
    for (const side of ['reference', 'candidate'] as const) {
      const { timing } = pair[side];
      if (timing === undefined || timing.publishNs < timing.captureNs) continue;
      glass[side].push(Number(timing.publishNs - timing.captureNs) / 1e6);
      for (const { stage, startNs, preprocessEndNs, inferenceEndNs, endNs } of timing.stages) {
        // A frame with nothing to infer, as one without signs, says nothing about the stage's speed.
        if (endNs < startNs || inferenceEndNs <= preprocessEndNs) continue;
        const times = stages.get(stage) ?? { reference: [], candidate: [] };
        times[side].push(Number(endNs - startNs) / 1e6);
        stages.set(stage, times);
      }
    }
  const hasBoth = glass.reference.length > 0 && glass.candidate.length > 0;
  return {
    p99Ms: hasBoth
      ? { reference: spreadOf(glass.reference).p99, candidate: spreadOf(glass.candidate).p99 }
      : undefined,
    stages: [...stages].flatMap(([stage, { reference, candidate }]) =>
      reference.length === 0 || candidate.length === 0
        ? []
        : [{ stage, referenceMs: median(reference), candidateMs: median(candidate) }],
    ),
  };
}

/**
 * Stages that became slower or faster than the machine did. A busy machine slows all stages alike, so each is judged
 * against the median of all stages' ratios; a single stage has nothing to compare with, and its own ratio is judged.
 */
export function timingFindings(
  { p99Ms, stages }: TimingDifference,
  isSameMachine: boolean,
  limits: Limits,
): Finding[] {
  const findings: Finding[] = [];
  const ratios = stages.map(({ referenceMs, candidateMs }) => candidateMs / referenceMs);
  const ascending = Float64Array.from(ratios).sort();
  // The lower middle of an even number, so that one slow stage of two does not set the pace for the other.
  const pace = stages.length < 2 ? 1 : ascending[(stages.length - 1) >> 1]!;
  for (const { stage, referenceMs, candidateMs } of isSameMachine ? stages : []) {
    // Must exceed both the reference and the reference times the pace: load does not slow short and long stages alike.
    const mostMs = referenceMs * Math.max(1, pace);
    const leastMs = referenceMs * Math.min(1, pace);
    const isSlower =
      candidateMs > mostMs * limits.stageTimes && candidateMs - mostMs > limits.stageMs;
    const isFaster =
      candidateMs * limits.stageTimes < leastMs && leastMs - candidateMs > limits.stageMs;
    if (!isSlower && !isFaster) continue;
    findings.push({
      kind: isSlower ? 'stage-slower' : 'stage-faster',
      words: `${stage} takes ${candidateMs.toFixed(1)} ms (median), ${referenceMs.toFixed(1)} ms before, while the other stages ${stages.length < 2 ? 'are not there to compare' : `took ${pace.toFixed(2)} times as long`}`,
    });
  }
  const growthMs = p99Ms === undefined ? 0 : p99Ms.candidate - p99Ms.reference;
  if (isSameMachine && limits.latencyP99Ms !== undefined && growthMs > limits.latencyP99Ms)
    findings.push({ kind: 'latency', words: `p99 of glass to result +${growthMs.toFixed(1)} ms` });
  return findings;
}
