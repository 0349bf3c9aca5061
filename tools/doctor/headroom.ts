import type { Task } from '../../src/bundle/manifest.js';
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

/** One camera's frames, and what the lanes do with them. */
export interface CameraLoad extends SourceFacts {
  /** Whether a stage runs on its frames; all do if omitted. */
  runs?: (stage: Task) => boolean;
}

/** What a pipeline file can achieve on this machine. */
export interface Headroom {
  /** Cameras that share the lanes. */
  cameras: number;
  /** Of the first camera; the rates of the others rise and fall with it. */
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

/**
 * Compares what the lanes need for a frame with the time between two frames of the source. A lane serves every camera
 * that runs one of its stages.
 */
export function predictHeadroom(
  readings: readonly LaneReading[],
  first: CameraLoad,
  cores: number,
  others: readonly CameraLoad[] = [],
): Headroom {
  const cameras = [first, ...others];
  const { layout, rateHz, readMs } = first;
  /** Shares of a core that the lanes are busy at the cameras' own rates. */
  const busy: number[] = [];
  const lanes = readings.flatMap(({ name, answers }): LaneHeadroom[] => {
    const measured = answers.find((answer) => answer.type === 'measured');
    if (measured === undefined) return [];
    const { frameMs, stages } = measured;
    const share = cameras.reduce((sum, camera) => {
      return sum + (frameMs * partOf(stages, camera) * camera.rateHz) / 1000;
    }, 0);
    busy.push(share);
    return [
      {
        lane: name,
        stages: stages.map(roundedTimes),
        frameMs: rounded(frameMs),
        headroom: rounded(1 - share),
        maxRateHz: rounded(rateHz / share),
      },
    ];
  });
  const limits = lanes.map(({ lane, maxRateHz }) => ({ by: `lane ${lane}`, rateHz: maxRateHz }));
  for (const camera of cameras) {
    const share = ((camera.readMs ?? 0) * camera.rateHz) / 1000;
    if (share > 0) limits.push({ by: 'reading the source', rateHz: rateHz / share });
    busy.push(share);
  }
  // Each lane had its own core only if there are enough of them; reading also needs its share.
  const work = busy.reduce((sum, share) => sum + share, 0);
  limits.push({ by: `${cores} cores`, rateHz: (rateHz * cores) / work });
  const isComplete = lanes.length === readings.length && lanes.length > 0;
  const least = limits.reduce((low, limit) => (limit.rateHz < low.rateHz ? limit : low));
  return {
    cameras: cameras.length,
    nominalRateHz: rateHz,
    isRateAssumed: cameras.some(({ isAssumed }) => isAssumed),
    widthPx: layout.widthPx,
    heightPx: layout.heightPx,
    assumedSigns,
    readMs: readMs === undefined ? null : rounded(readMs),
    lanes,
    expectedRateHz: isComplete ? rounded(least.rateHz) : null,
    limitedBy: isComplete ? least.by : null,
  };
}

/** Share of a lane's time on a frame that a camera's frames take, by the stages that run on them. */
function partOf(stages: readonly StageTimeMs[], { runs = () => true }: CameraLoad): number {
  const sumMs = (of: readonly StageTimeMs[]) => of.reduce((sum, { totalMs }) => sum + totalMs, 0);
  const allMs = sumMs(stages);
  return allMs > 0 ? sumMs(stages.filter(({ stage }) => runs(stage))) / allMs : 1;
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
  const { lanes, nominalRateHz, expectedRateHz, limitedBy, isRateAssumed, cameras } = headroom;
  const frameMs = 1000 / nominalRateHz;
  const shared = cameras > 1 ? ` of the first of ${cameras} cameras` : '';
  const rate = `${number(nominalRateHz)} Hz${isRateAssumed ? ' (assumed)' : ''}${shared}`;
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
