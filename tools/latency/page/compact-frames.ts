import type { Absence, FrameTiming } from '../frame-timing.js';

/** Frames as the page embeds them: names once, times in microseconds. */
export interface CompactFrames {
  /** Stage and lane by index. */
  places: [stage: string, lane: string][];
  frames: CompactFrame[];
}

type CompactFrame = [
  frameId: number,
  captureUs: number,
  arrivalUs: number,
  publishUs: number,
  /** Index of the place, then dispatch, start, end of preprocessing, of inference, and of the stage. */
  spans: [number, number, number, number, number, number][],
  absent: [stage: string, state: Absence['state'], reason: string][],
  mode: string,
];

const us = (ms: number) => Math.round(ms * 1000);

export function compactFrames(frames: readonly FrameTiming[]): CompactFrames {
  const places: [string, string][] = [];
  const placeOf = (stage: string, lane: string) => {
    const known = places.findIndex(([s, l]) => s === stage && l === lane);
    return known >= 0 ? known : places.push([stage, lane]) - 1;
  };
  return {
    places,
    frames: frames.map((frame) => [
      frame.frameId,
      us(frame.captureMs),
      us(frame.arrivalMs),
      us(frame.publishMs),
      frame.stages.map((s) => [
        placeOf(s.stage, s.lane),
        us(s.dispatchMs),
        us(s.startMs),
        us(s.preprocessEndMs),
        us(s.inferenceEndMs),
        us(s.endMs),
      ]),
      frame.absent.map(({ stage, state, reason }) => [stage, state, reason]),
      frame.mode,
    ]),
  };
}

export function expandFrames({ places, frames }: CompactFrames): FrameTiming[] {
  return frames.map(([frameId, captureUs, arrivalUs, publishUs, spans, absent, mode]) => ({
    frameId,
    captureMs: captureUs / 1000,
    arrivalMs: arrivalUs / 1000,
    publishMs: publishUs / 1000,
    stages: spans.map(([place, dispatch, start, preprocessEnd, inferenceEnd, end]) => ({
      stage: places[place]![0],
      lane: places[place]![1],
      dispatchMs: dispatch / 1000,
      startMs: start / 1000,
      preprocessEndMs: preprocessEnd / 1000,
      inferenceEndMs: inferenceEnd / 1000,
      endMs: end / 1000,
    })),
    absent: absent.map(([stage, state, reason]) => ({ stage, state, reason })),
    mode,
  }));
}

/**
 * At most about `most` frames, in order: all of them, or from each run of neighbours the slowest and a typical one,
 * so that no outlier is lost. Frames in `always` are kept.
 */
export function thinFrames(
  frames: readonly FrameTiming[],
  most: number,
  always: readonly FrameTiming[] = [],
): readonly FrameTiming[] {
  if (frames.length <= most) return frames;
  const runLength = Math.ceil((2 * frames.length) / most);
  const kept: FrameTiming[] = [];
  for (let start = 0; start < frames.length; start += runLength) {
    const run = frames.slice(start, start + runLength);
    const bySpeed = run.toSorted((a, b) => a.publishMs - b.publishMs);
    const wanted = new Set([bySpeed.at(-1), bySpeed[bySpeed.length >> 1], ...always]);
    kept.push(...run.filter((frame) => wanted.has(frame)));
  }
  return kept;
}
