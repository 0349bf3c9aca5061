/** One camera's result, as used for pairing. */
export interface SyncedFrame {
  camera: string;
  frameId: number;
  /** When the picture was taken, on a clock that all cameras of the group share, nanoseconds. */
  timeNs: bigint;
}

/** Results whose pictures were taken together. */
export interface SyncedSet {
  /** In the order of the group's cameras. */
  members: readonly SyncedFrame[];
  /** Cameras without a result within the tolerance. */
  missing: readonly string[];
}

/** Counts of a group's sets. */
export interface SyncCounts {
  /** Sets with a result of every camera, and sets without. */
  complete: number;
  incomplete: number;
  /** Sets without a result of the camera, by camera. */
  missing: Record<string, number>;
  /** The longest time between two pictures of one set, milliseconds. */
  largestOffsetMs: number;
}

/**
 * Groups the results of a group's cameras into sets, oldest first: a set is the oldest result and each other camera's
 * oldest result taken at most `toleranceNs` later. A set is decided as soon as every camera has a result waiting or has
 * ended; a camera that sends nothing is waited for until `expire`. Has no clock of its own.
 *
 * Each result is in exactly one set. Each camera's results must come in order of time.
 */
export class SyncPairs {
  readonly counts: SyncCounts;
  readonly #cameras: readonly string[];
  readonly #toleranceNs: bigint;
  readonly #onSet: (set: SyncedSet) => void;
  readonly #waiting = new Map<string, SyncedFrame[]>();
  readonly #ended = new Set<string>();

  constructor(cameras: readonly string[], toleranceNs: bigint, onSet: (set: SyncedSet) => void) {
    this.#cameras = cameras;
    this.#toleranceNs = toleranceNs;
    this.#onSet = onSet;
    for (const camera of cameras) this.#waiting.set(camera, []);
    const missing = Object.fromEntries(cameras.map((camera) => [camera, 0]));
    this.counts = { complete: 0, incomplete: 0, missing, largestOffsetMs: 0 };
  }

  /** A result was published. */
  take(frame: SyncedFrame): void {
    this.#waiting.get(frame.camera)?.push(frame);
    this.#settle();
  }

  /** No more results of this camera. */
  end(camera: string): void {
    this.#ended.add(camera);
    this.#settle();
  }

  /** Decides every set whose oldest result was taken before `beforeNs`. */
  expire(beforeNs: bigint): void {
    for (let first = this.#oldest(); first && first.timeNs < beforeNs; first = this.#oldest())
      this.#decide(first);
    this.#settle();
  }

  #settle(): void {
    while (this.#cameras.every((camera) => this.#next(camera) || this.#ended.has(camera))) {
      const first = this.#oldest();
      if (first === undefined) return;
      this.#decide(first);
    }
  }

  #decide(first: SyncedFrame): void {
    const members: SyncedFrame[] = [];
    const missing: string[] = [];
    let latestNs = first.timeNs;
    for (const camera of this.#cameras) {
      const frame = this.#next(camera);
      if (frame === undefined || frame.timeNs - first.timeNs > this.#toleranceNs) {
        missing.push(camera);
        this.counts.missing[camera]!++;
        continue;
      }
      members.push(frame);
      this.#waiting.get(camera)!.shift();
      if (frame.timeNs > latestNs) latestNs = frame.timeNs;
    }
    if (missing.length === 0) this.counts.complete++;
    else this.counts.incomplete++;
    const offsetMs = Number(latestNs - first.timeNs) / 1e6;
    this.counts.largestOffsetMs = Math.max(this.counts.largestOffsetMs, offsetMs);
    this.#onSet({ members, missing });
  }

  #next(camera: string): SyncedFrame | undefined {
    return this.#waiting.get(camera)![0];
  }

  /** The oldest result that waits; of equal times, the first camera's. */
  #oldest(): SyncedFrame | undefined {
    let oldest: SyncedFrame | undefined;
    for (const camera of this.#cameras) {
      const frame = this.#next(camera);
      if (frame && (oldest === undefined || frame.timeNs < oldest.timeNs)) oldest = frame;
    }
    return oldest;
  }
}
