import type { Task } from '../bundle/manifest.js';
import type { CaptureHandle } from '../capture/capture-thread.js';
import type { PerceptionError } from '../frame/perception-error.js';
import type { StageResult } from '../stages/stage-result.js';
import { stageTable } from '../stages/stage-table.js';
import type { Conductor, StageParty } from './conductor.js';
import type { FrameFuser } from './frame-fuser.js';
import type { CapturedFrame, StageOutcome } from './frame-record.js';
import type { RunLane } from './lane.js';
import type { LaneJob } from './lane-queue.js';
import type { LaneRelay } from './lane-relay.js';
import type { LockstepPacer } from './lockstep-pacer.js';

/** The party that runs stages: hands jobs to the lanes' threads and free slots back to the ring. */
export class LaneDispatcher implements StageParty<StageResult> {
  readonly #lanes: readonly RunLane[];
  readonly #fuser: Pick<FrameFuser, 'narrow'>;
  readonly #ring: CaptureHandle['ring'];
  readonly #pacer: LockstepPacer;

  constructor(
    lanes: readonly RunLane[],
    fuser: Pick<FrameFuser, 'narrow'>,
    ring: CaptureHandle['ring'],
    pacer: LockstepPacer,
  ) {
    this.#lanes = lanes;
    this.#fuser = fuser;
    this.#ring = ring;
    this.#pacer = pacer;
  }

  /** A stage that runs apart from the one that it reads gets only what is new to it. */
  dispatch(
    laneIndex: number,
    job: LaneJob,
    frame: CapturedFrame,
    input: StageResult | undefined,
  ): void {
    const reader = job.stages.find((stage) => stageTable[stage].reads === input?.stage);
    const narrows = job.isApart === true && input !== undefined && reader !== undefined;
    const reading = narrows ? this.#fuser.narrow(reader, frame, input) : input;
    this.#lanes[laneIndex]!.run(job, frame.slot, reading);
  }

  claim(laneIndex: number): boolean {
    return this.#lanes[laneIndex]!.claim?.() ?? true;
  }

  release(slot: number): void {
    this.#ring.release(slot);
    this.#pacer.slotFreed();
  }
}

/** Receives the lanes' events besides the conductor. */
export interface LaneEvents {
  answered(frameId: number, stage: Task, outcome: StageOutcome<StageResult>): void;
  died(laneName: string, cause: string): void;
  /** The lane will not come back; the run must end. */
  failed(error: PerceptionError): void;
}

/** Passes the lanes' events to the conductor, from now on. */
export function connectLanes(
  lanes: readonly RunLane[],
  relays: readonly LaneRelay[],
  conductor: Conductor<StageResult>,
  events: LaneEvents,
): void {
  relays.forEach((relay, laneIndex) => {
    relay.listener = {
      stageDone: (frameId, stage, outcome) => {
        events.answered(frameId, stage, outcome);
        conductor.stageDone(frameId, stage, outcome);
      },
      jobDone: () => conductor.jobDone(laneIndex),
      ready: () => conductor.laneReady(laneIndex),
      free: () => conductor.laneFree(laneIndex),
      died: (cause) => {
        const { name } = lanes[laneIndex]!;
        events.died(name, cause);
        conductor.laneDied(laneIndex, 'ERR_LANE', `lane ${name} died: ${cause}`);
      },
      failed: (error) => {
        conductor.laneDied(laneIndex, error.code, error.message);
        events.failed(error);
      },
    };
    if (relay.isReady) conductor.laneReady(laneIndex);
  });
}
