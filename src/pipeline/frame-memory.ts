import type { Manifest, Task } from '../bundle/manifest.js';
import type { Detection, SignReading, SteeringResult } from '../perception/results.js';
import { selectSignCrops } from '../perception/signs/sign-crops.js';
import { initialSteeringState, limitSteering } from '../perception/steering/steering.js';
import { emptySignMemory, recallSign, rememberSigns } from '../perception/tracking/sign-memory.js';
import { initialTrackingState, trackDetections } from '../perception/tracking/tracker.js';
import type { StageResult } from '../stages/stage-result.js';
import type { CapturedFrame } from './frame-record.js';

/** A sign is read again when its box has grown by this much in area since it was read last. */
const grownFactor = 1.5;

/** A reading, and whether it was made on an earlier frame of the same track. */
export interface FusedSign extends SignReading {
  isRemembered: boolean;
}

/** What the answers of one frame became by what was known from the frames before it. */
export interface FusedAnswers {
  /** With their tracks. */
  detections: readonly Detection[];
  signs: readonly FusedSign[];
  /** Undefined where the stage gave no answer. */
  steering?: SteeringResult;
}

interface KnownFrame extends FusedAnswers {
  /** Tracks alive on this frame. */
  liveTrackIds: ReadonlySet<number>;
  /** Indices of the boxes that hold a sign. */
  signBoxes: readonly number[];
}

/**
 * What must be remembered from frame to frame: tracks, the readings of a sign along its track, the last
 * steering angle. It is told of each answer as soon as that stands, stage by stage in order of the frames, and
 * keeps what became of it until the frame is published.
 *
 * A frame that was dropped, or that a stage did not see, leaves no answer, but its time passes: tracks are
 * predicted over all of it, an object that nobody saw for too long is forgotten, and the steering angle may have
 * turned for as long. Time is the source's own, so a replay at any pace remembers alike.
 */
export class FrameMemory {
  readonly #manifests: ReadonlyMap<Task, Manifest>;
  readonly #frames = new Map<number, KnownFrame>();
  readonly #lastTimeNs = new Map<Task, bigint>();
  #tracking = initialTrackingState;
  #signs = emptySignMemory;
  /** Area of a sign's box, px², when it was read last, by track. */
  readonly #readAreaPx = new Map<number, number>();
  #steering = initialSteeringState;

  constructor(manifests: ReadonlyMap<Task, Manifest>) {
    this.#manifests = manifests;
  }

  /** Takes an answer that will be published. */
  accept(frame: CapturedFrame, result: StageResult): void {
    switch (result.stage) {
      case 'detection':
        this.#track(frame, result.detections);
        break;
      case 'signs':
        this.#readSigns(frame, result);
        break;
      case 'steering':
        this.#steer(frame, result.rawAngleRad);
    }
  }

  /**
   * Indices of the detections of this frame whose signs are worth reading: not yet read along their track, or
   * grown since. Call it after the frame's detections were accepted.
   */
  signsToRead(frame: CapturedFrame): number[] {
    const { detections, signBoxes } = this.#known(frame);
    return signBoxes.filter((index) => {
      const readAreaPx = this.#readAreaPx.get(detections[index]!.trackId);
      return readAreaPx === undefined || areaPx(detections[index]!) >= readAreaPx * grownFactor;
    });
  }

  /** What a frame's answer of one stage became; undefined before it was accepted. */
  steeringOf(frame: CapturedFrame): SteeringResult | undefined {
    return this.#frames.get(frame.id)?.steering;
  }

  /** What became of the frame's answers; the frame itself is forgotten. */
  take(frame: CapturedFrame): FusedAnswers {
    const known = this.#known(frame);
    this.#frames.delete(frame.id);
    return known;
  }

  #track(frame: CapturedFrame, found: readonly Detection[]): void {
    const dtS = this.#secondsSince('detection', frame);
    const { state, detections } = trackDetections(this.#tracking, found, dtS);
    this.#tracking = state;
    const liveTrackIds = new Set(state.tracks.map(({ id }) => id));
    for (const id of this.#readAreaPx.keys())
      if (!liveTrackIds.has(id)) this.#readAreaPx.delete(id);
    const signs = this.#manifests.get('signs')?.decode;
    const detector = this.#manifests.get('detection')?.decode;
    const signBoxes =
      signs?.kind === 'signs' && detector?.kind === 'ssd'
        ? selectSignCrops(detections, detector.classes, signs)
        : [];
    this.#frames.set(frame.id, { ...this.#known(frame), detections, liveTrackIds, signBoxes });
  }

  #readSigns(frame: CapturedFrame, { batch }: Extract<StageResult, { stage: 'signs' }>): void {
    const decode = this.#manifests.get('signs')?.decode;
    if (decode?.kind !== 'signs') return;
    const known = this.#known(frame);
    const { detections, liveTrackIds, signBoxes } = known;
    const fused = rememberSigns(this.#signs, batch, detections, liveTrackIds, decode);
    this.#signs = fused.memory;
    const signs: FusedSign[] = fused.readings.map((made) => ({ ...made, isRemembered: false }));
    for (const { detectionIndex } of signs) {
      const detection = detections[detectionIndex];
      if (detection !== undefined && detection.trackId > 0)
        this.#readAreaPx.set(detection.trackId, areaPx(detection));
    }
    const read = new Set(signs.map(({ detectionIndex }) => detectionIndex));
    for (const detectionIndex of signBoxes) {
      if (read.has(detectionIndex)) continue;
      const recalled = recallSign(this.#signs, detections[detectionIndex]!.trackId, decode);
      if (recalled !== undefined) signs.push({ ...recalled, detectionIndex, isRemembered: true });
    }
    this.#frames.set(frame.id, { ...known, signs });
  }

  #steer(frame: CapturedFrame, rawAngleRad: number): void {
    const decode = this.#manifests.get('steering')?.decode;
    if (decode?.kind !== 'steering') return;
    const dtS = this.#secondsSince('steering', frame);
    const { result, state } = limitSteering(this.#steering, rawAngleRad, dtS, decode);
    this.#steering = state;
    this.#frames.set(frame.id, { ...this.#known(frame), steering: result });
  }

  #known({ id }: CapturedFrame): KnownFrame {
    return this.#frames.get(id) ?? nothingKnown;
  }

  #secondsSince(stage: Task, { sourceTimeNs }: CapturedFrame): number {
    const lastNs = this.#lastTimeNs.get(stage) ?? sourceTimeNs;
    this.#lastTimeNs.set(stage, sourceTimeNs);
    return Number(sourceTimeNs - lastNs) / 1e9;
  }
}

const nothingKnown: KnownFrame = {
  detections: [],
  signs: [],
  liveTrackIds: new Set(),
  signBoxes: [],
};

const areaPx = ({ boxXyxyPx: [left, top, right, bottom] }: Detection) =>
  (right - left) * (bottom - top);
