import { stageTable } from '../../src/stages/stage-table.js';
import type { SourceFacts } from './check-source.js';
import { amiss, type Finding, fine } from './finding.js';
import type { StageTimeMs } from './lane-probe.js';
import { assumedSigns, type LaneReading } from './measure-lanes.js';

/** With less than this share of a frame's time to spare, the first hiccup drops a frame. */
const littleHeadroom = 0.2;

/** What one lane can achieve, times in milliseconds. */
export interface LaneHeadroom {
  lane: string;
  stages: StageTimeMs[];
  /** Median time of all its stages on one frame. */
  frameMs: number;
  /** Share of a frame's time that is left at the nominal rate; below 0 the lane cannot keep up. */
  headroom: number;
  maxRateHz: number;
}

/** What a pipeline file can achieve on this machine. */
export interface Headroom {
  nominalRateHz: number;
  /** True if the source does not state its rate, so that a default is used. */
  isRateAssumed: boolean;
  widthPx: number;
  heightPx: number;
  /** Signs per frame that the sign stage is measured with. */
  assumedSigns: number;
  /** Time to read and decode one frame of the source; null if not measured. */
  readMs: number | null;
  lanes: LaneHeadroom[];
  /** Rate that the slowest lane, the source and all cores together allow; null if a lane could not be measured. */
  expectedRateHz: number | null;
  /** Which of them limits the rate. */
  limitedBy: string | null;
}

/** Compares what the lanes need for a frame with the time between two frames of the source. */
export function predictHeadroom(
  readings: readonly LaneReading[],
  { layout, rateHz, isAssumed, readMs }: SourceFacts,
  cores: number,
): Headroom {
  const lanes = readings.flatMap(({ name, answers }): LaneHeadroom[] => {
    const measured = answers.find((answer) => answer.type === 'measured');
    if (measured === undefined) return [];
    const { frameMs, stages } = measured;
    const headroom = 1 - (frameMs * rateHz) / 1000;
    return [
      {
        lane: name,
        stages: stages.map(roundedTimes),
        frameMs: rounded(frameMs),
        headroom: rounded(headroom),
        maxRateHz: rounded(1000 / frameMs),
      },
    ];
  });
  const limits = lanes.map(({ lane, maxRateHz }) => ({ by: `lane ${lane}`, rateHz: maxRateHz }));
  if (readMs !== undefined && readMs > 0)
    limits.push({ by: 'reading the source', rateHz: 1000 / readMs });
  // Each lane had its own core only if there are enough of them; reading also needs its share.
  const workMs = lanes.reduce((sum, { frameMs }) => sum + frameMs, readMs ?? 0);
  limits.push({ by: `${cores} cores`, rateHz: (1000 * cores) / workMs });
  const isComplete = lanes.length === readings.length && lanes.length > 0;
  const least = limits.reduce((low, limit) => (limit.rateHz < low.rateHz ? limit : low));
  return {
    nominalRateHz: rateHz,
    isRateAssumed: isAssumed,
    widthPx: layout.widthPx,
    heightPx: layout.heightPx,
    assumedSigns,
    readMs: readMs === undefined ? null : rounded(readMs),
    lanes,
    expectedRateHz: isComplete ? rounded(least.rateHz) : null,
    limitedBy: isComplete ? least.by : null,
  };
}

/** To thousandths: no measurement is finer. */
const rounded = (value: number) => Math.round(value * 1000) / 1000;

const roundedTimes = (times: StageTimeMs): StageTimeMs => ({
  stage: times.stage,
  preprocessMs: rounded(times.preprocessMs),
  inferenceMs: rounded(times.inferenceMs),
  decodeMs: rounded(times.decodeMs),
  totalMs: rounded(times.totalMs),
});

/** The prediction as findings: one for each lane, one for the complete pipeline. */
export function headroomFindings(headroom: Headroom, laneNames: readonly string[]): Finding[] {
  const { lanes, nominalRateHz, expectedRateHz, limitedBy, isRateAssumed } = headroom;
  const frameMs = 1000 / nominalRateHz;
  const rate = `${number(nominalRateHz)} Hz${isRateAssumed ? ' (assumed)' : ''}`;
  const each = laneNames.map((name) => {
    const lane = lanes.find((known) => known.lane === name);
    if (lane === undefined)
      return amiss(
        `lane ${name}`,
        'failed',
        'not measured: not all of its bundles load',
        'see its bundles',
      );
    const parts = lane.stages
      .map(({ stage, totalMs }) => {
        const note = stageTable[stage].reads === 'detection' ? ` for ${assumedSigns} ${stage}` : '';
        return `${stage} ${number(totalMs)}${note}`;
      })
      .join(', ');
    const found = `${number(lane.frameMs)} ms of ${number(frameMs)} at ${rate}: ${percent(lane.headroom)} headroom (${parts})`;
    return lane.headroom >= littleHeadroom
      ? fine(`lane ${name}`, found)
      : amiss(
          `lane ${name}`,
          'warning',
          found,
          lane.headroom < 0
            ? 'frames will be dropped: split the lane, take a faster provider, or lower the rate'
            : 'a busy moment will drop frames: split the lane, or take a faster provider',
        );
  });
  if (expectedRateHz === null) return each;
  const found = `${number(expectedRateHz)} Hz, limited by ${limitedBy}`;
  const isEnough = expectedRateHz * (1 - littleHeadroom) >= nominalRateHz;
  return [
    ...each,
    isEnough
      ? fine('highest rate', found)
      : amiss(
          'highest rate',
          'warning',
          `${found}, for ${rate}`,
          'expect drops at the full rate: fewer or faster networks, or more cores',
        ),
  ];
}

const number = (value: number) =>
  value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
const percent = (share: number) => `${share < 0 ? '−' : ''}${Math.abs(Math.round(share * 100))} %`;
