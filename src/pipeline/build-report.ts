import type { RateMeter } from '../frame/rate-meter.js';
import { publishedTopics } from '../messages/topics.js';
import type { PublishCount } from '../outputs/publish-count.js';
import type { Conductor } from './conductor.js';
import { totalDrops } from './drop-counts.js';
import type { PipelineParts } from './pipeline-parts.js';
import type { RunReport } from './run-report.js';
import type { RunStatistics } from './run-statistics.js';

/** Counts and measurements of a finished run. */
export interface RunTotals {
  readonly parts: PipelineParts;
  readonly conductor: Pick<Conductor<never>, 'framesIn' | 'framesPublished' | 'drops'>;
  readonly statistics: RunStatistics;
  readonly publishedRate: RateMeter;
  readonly modeChanges: number;
  /** Milliseconds from the start of the process. */
  readonly firstResultMs: number | null;
}

/** Builds the report of a run, once everything is closed. */
export function buildReport(run: RunTotals, end: RunReport['source']['end']): RunReport {
  const { parts, conductor, statistics, publishedRate, firstResultMs } = run;
  const { options, capture, lanes, stages, fuser, outputs } = parts;
  const { name, layout, nominalRateHz = null } = capture.info;
  const drops = conductor.drops.snapshot();
  return {
    source: { name, widthPx: layout.widthPx, heightPx: layout.heightPx, nominalRateHz, end },
    pacing: options.pacing,
    calibrationSha256: parts.calibrationSha256,
    frames: {
      in: conductor.framesIn,
      published: conductor.framesPublished,
      dropped: totalDrops(drops),
      drops,
    },
    publishedRateHz: publishedRate.overallHz(),
    glassToResultMs: statistics.glassToResult.summary(),
    glassToSteeringMs: statistics.glassToSteering.summary(),
    fuseAndPublishMs: statistics.fuseAndPublish.summary(),
    firstResultMs,
    stages: statistics.stageReports(),
    lanes: lanes.map((lane) => {
      const inLane = [...stages.values()].filter((stage) => stage.lane === lane.name);
      const providers = new Set(inLane.map(({ provider }) => provider));
      const { name, restarts, readyMs, warmUpMs } = lane;
      const preprocessedBy = [...new Set(Object.values(lane.preprocessedBy))].join('+');
      const provider = [...providers].join('+');
      return { name, provider, preprocessedBy, restarts, readyMs, warmUpMs };
    }),
    lanePlan: parts.planned,
    modes: {
      changes: run.modeChanges,
      frames: Object.fromEntries(
        [...statistics.modeFrames].map(([mode, frames]) => [mode || 'full', frames]),
      ),
    },
    bundles: fuser.bundles.map(({ task, version, networkSha256, isCertified }) => ({
      task,
      version,
      networkSha256,
      isCertified,
    })),
    health: [...fuser.health],
    outputs: outputs.outputs.map(({ name, place, counts }) => ({
      name,
      place,
      topics: inOrderOfTable(counts),
    })),
  };
}

/** Counts by topic, those of the topic table first; topics without messages are omitted. */
function inOrderOfTable(counts: ReadonlyMap<string, PublishCount>): Record<string, PublishCount> {
  const names = new Set([...publishedTopics.map(({ name }) => name), ...counts.keys()]);
  return Object.fromEntries(
    [...names].flatMap((name) => {
      const count = counts.get(name);
      return count === undefined ? [] : [[name, count]];
    }),
  );
}
