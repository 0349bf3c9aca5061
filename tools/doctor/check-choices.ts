import { tasks } from '../../src/bundle/manifest.js';
import {
  type BundleCandidate,
  type BundleChoice,
  describeChoice,
  fastestCandidate,
  withChosenBundles,
} from '../../src/pipeline/bundle-choice.js';
import type { PipelineConfig } from '../../src/pipeline/pipeline-schema.js';
import { amiss, type Finding, fine } from './finding.js';
import { type LaneConditions, measureLanes } from './measure-lanes.js';
import { describeProbeEnd } from './run-probe.js';

/**
 * Measures every bundle of the stages that name several, each in its own process, one after the other. Resolves with
 * a finding for each stage with all times, and with the pipeline as a live run would choose it here. Never rejects.
 */
export async function checkChoices(
  conditions: LaneConditions,
): Promise<{ findings: Finding[]; config: PipelineConfig }> {
  const { config } = conditions;
  const findings: Finding[] = [];
  const choices: BundleChoice[] = [];
  for (const task of tasks) {
    const dirs = config.alternatives?.[task] ?? [];
    if (dirs.length === 0) continue;
    const candidates: BundleCandidate[] = [];
    for (const bundleDir of dirs) {
      const bundles = { ...config.bundles, [task]: bundleDir };
      const asked = { ...conditions, config: { ...config, bundles } };
      const [reading] = await measureLanes(asked, [[task]]);
      candidates.push(candidateOf(bundleDir, reading!));
    }
    const name = `choice ${task}`;
    const fastest = fastestCandidate(candidates);
    if (fastest === undefined) {
      const found = candidates.map(({ refusedBy }) => refusedBy).join('; ');
      findings.push(amiss(name, 'failed', found, 'see the bundle below', true));
      continue;
    }
    const choice = { task, bundleDir: fastest.bundleDir, candidates };
    choices.push(choice);
    findings.push(fine(name, describeChoice(choice)));
  }
  return { findings, config: withChosenBundles(config, choices) };
}

function candidateOf(
  bundleDir: string,
  { answers, end }: Awaited<ReturnType<typeof measureLanes>>[number],
): BundleCandidate {
  const refused = answers.find((answer) => answer.type === 'refused');
  if (refused !== undefined) return { bundleDir, ms: null, refusedBy: refused.message };
  const loaded = answers.find((answer) => answer.type === 'loaded');
  if (loaded?.isCertified === false)
    return { bundleDir, ms: null, refusedBy: 'not certified: golden outputs out of tolerance' };
  const measured = answers.find((answer) => answer.type === 'measured');
  if (measured === undefined) return { bundleDir, ms: null, refusedBy: describeProbeEnd(end) };
  return { bundleDir, ms: measured.frameMs };
}
