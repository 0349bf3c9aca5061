import { fromBinary, toBinary } from '@bufbuild/protobuf';
import {
  type PerceptionFrame,
  PerceptionFrameSchema,
  type Segmentation,
} from '../../src/messages/gen/windshield/v1/perception_pb.js';
import { withoutTiming } from '../../src/messages/without-timing.js';
import { differingPixels } from './differing-pixels.js';
import type { Result, ResultsFile } from './open-results.js';

/** One frame of the drive as both runs saw it. Class maps are compared while they are read, and then dropped. */
export interface FramePair {
  frameId: number;
  /** The life of a supervised run that the frame belongs to, from 0. */
  epoch: number;
  /** Seconds since the drive's first frame. */
  timeS: number;
  reference: PerceptionFrame;
  candidate: PerceptionFrame;
  /** Equal byte for byte, without timing and the camera's name. */
  isIdentical: boolean;
  /** Undefined if one of the two has no class map. */
  map: MapDifference | undefined;
}

export interface MapDifference {
  pixels: number;
  differing: number;
  /** Mean over the columns, 0..1. */
  freeSpace: { reference: number; candidate: number };
  classNames: readonly string[];
  shares: { reference: readonly number[]; candidate: readonly number[] };
  /** Maps of different sizes are compared only by their shares; `differing` is then 0. */
  isSameSize: boolean;
}

export interface PairedResults {
  pairs: FramePair[];
  /** Frames for which only one of the two has a result. */
  missing: PerceptionFrame[];
  added: PerceptionFrame[];
}

/**
 * Reads two recordings in parallel and pairs their results by the frame's time on the drive's clock. One result of
 * each is decoded at a time; kept results have no class maps and no timing of stages that are compared elsewhere.
 */
export async function pairResults(
  reference: ResultsFile,
  candidate: ResultsFile,
): Promise<PairedResults> {
  const paired: PairedResults = { pairs: [], missing: [], added: [] };
  const ofReference = reference.results();
  const ofCandidate = candidate.results();
  let left = await nextOf(ofReference);
  let right = await nextOf(ofCandidate);
  while (left !== undefined || right !== undefined) {
    const order = left === undefined ? 1 : right === undefined ? -1 : compareMoments(left, right);
    if (order === 0) {
      paired.pairs.push(pairOf(left!, right!));
    } else if (order < 0) paired.missing.push(withoutMap(left!.frame));
    else paired.added.push(withoutMap(right!.frame));
    if (order <= 0) left = await nextOf(ofReference);
    if (order >= 0) right = await nextOf(ofCandidate);
  }
  return paired;
}

async function nextOf(results: AsyncGenerator<Result, void, void>): Promise<Result | undefined> {
  const { value, done } = await results.next();
  return done ? undefined : (value as Result);
}

/** A supervised run may have several lives, each with its own clock. */
function compareMoments({ frame: a }: Result, { frame: b }: Result): number {
  if (a.epoch !== b.epoch) return a.epoch - b.epoch;
  return a.sourceTimeNs < b.sourceTimeNs ? -1 : a.sourceTimeNs > b.sourceTimeNs ? 1 : 0;
}

function pairOf(reference: Result, candidate: Result): FramePair {
  const maps = [reference.frame.segmentation, candidate.frame.segmentation] as const;
  return {
    frameId: Number(reference.frame.frameId),
    epoch: reference.frame.epoch,
    timeS: Number(reference.frame.sourceTimeNs) / 1e9,
    isIdentical: areIdentical(reference, candidate),
    map: maps[0] && maps[1] && compareMaps(maps[0], maps[1]),
    reference: withoutMap(reference.frame),
    candidate: withoutMap(candidate.frame),
  };
}

/** The camera's name is no result: a camera of a rig may be compared with the same camera alone. */
function areIdentical(a: Result, b: Result): boolean {
  const isSameCamera = a.frame.camera === b.frame.camera;
  const [before, now] = [a, b].map(({ payload }) => {
    const bytes = withoutTiming(payload);
    return isSameCamera ? bytes : withoutCameraName(bytes);
  });
  return Buffer.compare(before!, now!) === 0;
}

function withoutCameraName(payload: Uint8Array): Uint8Array {
  const frame = fromBinary(PerceptionFrameSchema, payload);
  frame.camera = '';
  return toBinary(PerceptionFrameSchema, frame);
}

function withoutMap(frame: PerceptionFrame): PerceptionFrame {
  delete frame.segmentation;
  return frame;
}

function compareMaps(a: Segmentation, b: Segmentation): MapDifference {
  const isSameSize = a.widthPx === b.widthPx && a.heightPx === b.heightPx;
  return {
    isSameSize,
    pixels: a.widthPx * a.heightPx,
    differing: isSameSize ? differingPixels(a, b) : 0,
    freeSpace: { reference: mean(a.freeSpace), candidate: mean(b.freeSpace) },
    classNames: a.classNames,
    shares: {
      reference: a.classShares,
      candidate: a.classNames.map((name) => b.classShares[b.classNames.indexOf(name)] ?? 0),
    },
  };
}

const mean = (values: readonly number[]) =>
  values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
