/** One camera's result, as it is paired. */
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

/** What became of a group's results. */
export interface SyncCounts {
  /** Sets with a result of every camera, and sets without. */
  complete: number;
  incomplete: number;
  /** By camera: sets that it is missing in. */
  missing: Record<string, number>;
  /** The longest time between two pictures of one set, milliseconds. */
  largestOffsetMs: number;
}

/**
 * Puts results of a group's cameras together, the oldest first: with it belongs each camera's oldest result that was
 * taken at most `toleranceNs` later. A set is decided as soon as every camera has a result at hand, or has ended; a
 * camera that sends nothing is waited for until `expire` says that it was long enough. Knows no clock.
 *
 * Each result is in exactly one set. Of one camera they come in order of their times.
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

  /** Nothing older than this is waited with any more. */
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

  /** Of equal ones the first camera's. */
  #oldest(): SyncedFrame | undefined {
    let oldest: SyncedFrame | undefined;
    for (const camera of this.#cameras) {
      const frame = this.#next(camera);
      if (frame && (oldest === undefined || frame.timeNs < oldest.timeNs)) oldest = frame;
    }
    return oldest;
  }
}
