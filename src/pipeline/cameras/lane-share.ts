import type { Lane, LaneListener, RunLane } from '../lane.js';
import type { LaneInputs } from '../lane-messages.js';
import type { LaneJob } from '../lane-queue.js';
import { LaneRelay } from '../lane-relay.js';

/** One camera's seat at a lane: its run uses `lane` like its own lane and gets that lane's events through `relay`. */
export interface LaneSeat {
  readonly lane: RunLane;
  readonly relay: LaneRelay;
}

/**
 * Shares a lane among cameras. Cameras are served in the order of their requests, and one that was served queues again:
 * no camera has a second turn while another waits. A turn is what a lane takes at once: a job, or the part of it after
 * which steering may pass. Jobs wait with their camera, so that a newer frame still overtakes an older one.
 */
export class LaneShare implements LaneListener {
  readonly seats: readonly LaneSeat[];
  readonly #lane: Lane;
  /** The camera whose job the lane runs. */
  #running: number | undefined;
  readonly #wanting = new Set<number>();
  /** The camera that has the turn and is being asked for its job. */
  #turn: number | undefined;
  /** True while a camera hears that its job has ended: requests made meanwhile are queued. */
  #isTurning = false;
  #seatsTaken: number;

  constructor(lane: Lane, cameraCount: number) {
    this.#lane = lane;
    this.#seatsTaken = cameraCount;
    this.seats = Array.from({ length: cameraCount }, (_, camera) => this.#seat(camera));
  }

  stageDone(...answer: Parameters<LaneListener['stageDone']>): void {
    if (this.#running !== undefined) this.seats[this.#running]!.relay.stageDone(...answer);
  }

  jobDone(): void {
    const camera = this.#running;
    this.#running = undefined;
    this.#isTurning = true;
    if (camera !== undefined) this.seats[camera]!.relay.jobDone();
    this.#isTurning = false;
    this.#giveTurns();
  }

  ready(): void {
    for (const { relay } of this.seats) relay.ready();
  }

  died(cause: string): void {
    this.#running = undefined;
    this.#wanting.clear();
    for (const { relay } of this.seats) relay.died(cause);
  }

  failed(...reason: Parameters<LaneListener['failed']>): void {
    for (const { relay } of this.seats) relay.failed(...reason);
  }

  #giveTurns(): void {
    for (const camera of this.#wanting) {
      if (this.#running !== undefined) return;
      this.#wanting.delete(camera);
      this.#turn = camera;
      // Its job may have been given up meanwhile; then the next camera gets the turn.
      this.seats[camera]!.relay.free();
      this.#turn = undefined;
    }
  }

  #claim(camera: number): boolean {
    const isFree = this.#running === undefined && !this.#isTurning;
    if (isFree && (this.#turn === camera || this.#wanting.size === 0)) return true;
    this.#wanting.add(camera);
    return false;
  }

  #run(camera: number, job: LaneJob, slot: number, input: Parameters<RunLane['run']>[2]): void {
    this.#running = camera;
    this.#lane.run(job, slot, input, camera);
  }

  /** The last camera that leaves closes the lane. */
  async #leave(): Promise<boolean> {
    this.#seatsTaken--;
    return this.#seatsTaken > 0 || this.#lane.close();
  }

  #seat(camera: number): LaneSeat {
    const lane = this.#lane;
    let leaving: Promise<boolean> | undefined;
    const inputs = (): Partial<LaneInputs> => lane.inputs[camera] ?? {};
    return {
      relay: new LaneRelay(),
      lane: {
        name: lane.name,
        get restarts() {
          return lane.restarts;
        },
        get readyMs() {
          return lane.readyMs;
        },
        get warmUpMs() {
          return lane.warmUpMs;
        },
        get preprocessedBy() {
          return inputs().preprocessedBy ?? {};
        },
        claim: () => this.#claim(camera),
        run: (job, slot, input) => this.#run(camera, job, slot, input),
        kill: () => lane.kill(),
        close: () => {
          leaving ??= this.#leave();
          return leaving;
        },
      },
    };
  }
}
