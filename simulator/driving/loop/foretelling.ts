import type { PerceptionFrame } from '../../../src/messages/gen/windshield/v1/perception_pb.js';
import { wilsonInterval } from '../../../tools/statistics/wilson.js';
import { type CheckedFrame, type Foretold, foretell } from './foretell.js';
import type { LoopFrame } from './run-loop.js';

/** How long before an intervention an alarm counts as having foretold it, seconds. */
const beforeS = 4;
const thresholdsM = [0.5, 0.75, 1, 1.5, 2] as const;

/** What the path is compared with; the middle of the free space also minus the median of its distance from the path. */
export type Against = 'lane' | 'free space' | 'free space, less its median';

export interface Foretelling {
  beforeS: number;
  /** Share of all frames that an intervention followed: the hit rate of chance. */
  framesBefore: number;
  /** Share of the frames on which each comparison could be made. */
  seen: Record<'lane' | 'free space', number>;
  rows: ForetoldRow[];
}

export interface ForetoldRow extends Foretold {
  against: Against;
  /** 95 % confidence intervals of the share of interventions that are foretold, and of false alarms. */
  hitShare95: readonly [low: number, high: number];
  falseAlarmShare95: readonly [low: number, high: number];
}

/** Time between the last frame of a drive and the first of the next, so that no alarm reaches across, seconds. */
const betweenDrivesS = 2 * beforeS;

/**
 * Watches closed loops, one after the other, and afterwards reports whether the steering's disagreement with the road
 * foretold interventions.
 */
export class ForetellWatch {
  readonly #rateHz: number;
  readonly #frames: { timeS: number; laneM: number | undefined; freeSpaceM: number | undefined }[] =
    [];
  readonly #interventionsS: number[] = [];
  #check: PerceptionFrame['steeringCheck'];
  #interventions = 0;
  /** Start time of this drive, and its frames so far. */
  #beganS = 0;
  #framesOfDrive = 0;

  constructor(rateHz: number) {
    this.#rateHz = rateHz;
  }

  /** Takes the pipeline's answer, which comes before the loop's frame. */
  answered({ steeringCheck }: PerceptionFrame): void {
    this.#check = steeringCheck;
  }

  /** The following frames are driven in another world. */
  nextDrive(): void {
    this.#beganS += this.#framesOfDrive / this.#rateHz + betweenDrivesS;
    this.#framesOfDrive = 0;
    this.#interventions = 0;
    this.#check = undefined;
  }

  drove({ interventions }: LoopFrame): void {
    const timeS = this.#beganS + this.#framesOfDrive++ / this.#rateHz;
    if (interventions > this.#interventions) this.#interventionsS.push(timeS);
    this.#interventions = interventions;
    const { laneM, freeSpaceM } = this.#check ?? {};
    this.#frames.push({ timeS, laneM, freeSpaceM });
    this.#check = undefined;
  }

  get report(): Foretelling {
    const frames = this.#frames;
    const seen = frames.flatMap(({ freeSpaceM }) => (freeSpaceM === undefined ? [] : [freeSpaceM]));
    const usualM = seen.toSorted((a, b) => a - b)[seen.length >> 1] ?? 0;
    const of = (read: (frame: (typeof frames)[number]) => number | undefined): CheckedFrame[] =>
      frames.map((frame) => ({ timeS: frame.timeS, disagreementM: read(frame) }));
    const series: [Against, CheckedFrame[]][] = [
      ['lane', of(({ laneM }) => laneM)],
      ['free space', of(({ freeSpaceM }) => freeSpaceM)],
      [
        'free space, less its median',
        of(({ freeSpaceM }) => (freeSpaceM === undefined ? undefined : freeSpaceM - usualM)),
      ],
    ];
    const isBefore = ({ timeS }: { timeS: number }) =>
      this.#interventionsS.some((atS) => atS >= timeS && atS - timeS <= beforeS);
    const share = (count: number) => count / Math.max(1, frames.length);
    return {
      beforeS,
      framesBefore: share(frames.filter(isBefore).length),
      seen: {
        lane: share(frames.filter(({ laneM }) => laneM !== undefined).length),
        'free space': share(seen.length),
      },
      rows: series.flatMap(([against, checked]) =>
        thresholdsM.map((thresholdM) => {
          const told = foretell(checked, this.#interventionsS, { thresholdM, beforeS });
          const hitShare95 = wilsonInterval(told.hits, told.interventions);
          const falseAlarmShare95 = wilsonInterval(told.falseAlarms, told.alarms);
          return { against, ...told, hitShare95, falseAlarmShare95 };
        }),
      ),
    };
  }
}
