import type { Lane, LaneListener, RunLane } from '../lane.js';
import type { LaneInputs } from '../lane-messages.js';
import type { LaneJob } from '../lane-queue.js';
import { LaneRelay } from '../lane-relay.js';

/** One camera's place at a lane: what its run takes for a lane of its own, and what that run hears of it. */
export interface LaneSeat {
  readonly lane: RunLane;
  readonly relay: LaneRelay;
}

/**
 * Shares a lane out among cameras. Those that want it are served in the order in which they asked, and whoever had it
 * asks anew: no camera has a second turn while another waits. A turn is what a lane takes in one piece: a job, or the
 * part of it after which steering may pass. Jobs wait at their camera, so that a newer frame still overtakes an older one.
 */
export class LaneShare implements LaneListener {
  readonly seats: readonly LaneSeat[];
  readonly #lane: Lane;
  /** Whose job the lane has. */
  #running: number | undefined;
  readonly #wanting = new Set<number>();
  /** Whose turn it is while it is asked for its job. */
  #turn: number | undefined;
  /** A job has ended and its camera is told: whoever asks meanwhile waits in line. */
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
      // What it had may have been given up meanwhile; then the next one has its turn.
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
