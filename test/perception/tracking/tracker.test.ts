import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Detection } from '../../../src/perception/results.js';
import { defaultTrackingSettings } from '../../../src/perception/tracking/track.js';
import {
  advanceTracks,
  initialTrackingState,
  type TrackingState,
  trackDetections,
} from '../../../src/perception/tracking/tracker.js';

const dtS = 0.05;
const at = (x: number, y: number, classId = 0, sizePx = 40): Detection => ({
  classId,
  score: 0.9,
  boxXyxyPx: [x, y, x + sizePx, y + sizePx],
  trackId: 0,
});

/** Runs frames through the tracker and returns the track ids of each. */
function follow(frames: Detection[][], state: TrackingState = initialTrackingState) {
  const ids: number[][] = [];
  let current = state;
  for (const detections of frames) {
    const next = trackDetections(current, detections, dtS);
    ids.push(next.detections.map(({ trackId }) => trackId));
    current = next.state;
  }
  return { ids, state: current };
}

describe('the tracker', () => {
  it('gives an object an id at its second sighting and keeps it', () => {
    const frames = Array.from({ length: 6 }, (_, i) => [at(100 + i * 8, 100)]);
    expect(follow(frames).ids).toEqual([[0], [1], [1], [1], [1], [1]]);
  });

  it('follows an object that moves most of its width a frame, once it knows its velocity', () => {
    // 12 px, then ever faster: without prediction the last boxes would hardly overlap.
    const x = [0, 12, 28, 48, 72, 100, 130, 160];
    const { ids } = follow(x.map((left) => [at(left, 0)]));
    expect(ids.flat().slice(1)).toEqual([1, 1, 1, 1, 1, 1, 1]);
  });

  it('tells two objects apart that pass each other', () => {
    const frames = Array.from({ length: 12 }, (_, i) => [at(i * 20, 100), at(220 - i * 20, 110)]);
    const { ids } = follow(frames);
    for (const pair of ids.slice(1)) expect(pair).toEqual([1, 2]);
  });

  it('keeps the order of the detections, whatever the order of its tracks', () => {
    const a = [at(0, 0), at(200, 0)];
    const b = [at(200, 0), at(0, 0)];
    expect(follow([a, a, b]).ids).toEqual([
      [0, 0],
      [1, 2],
      [2, 1],
    ]);
  });

  it('never takes an object of one class for one of another', () => {
    expect(follow([[at(0, 0, 0)], [at(0, 0, 0)], [at(0, 0, 1)]]).ids).toEqual([[0], [1], [0]]);
  });

  it('waits for a confirmed object and then forgets it', () => {
    const seen = [[at(0, 0)], [at(0, 0)]];
    const missing = (frames: number): Detection[][] => Array.from({ length: frames }, () => []);
    const { maxMisses } = defaultTrackingSettings;
    expect(follow([...seen, ...missing(maxMisses), [at(0, 0)]]).ids.at(-1)).toEqual([1]);
    const late = follow([...seen, ...missing(maxMisses + 1), [at(0, 0)], [at(0, 0)]]);
    expect(late.ids.slice(-2)).toEqual([[0], [2]]);
  });

  it('does not wait for an object that was seen once', () => {
    expect(follow([[at(0, 0)], [], [at(0, 0)], [at(0, 0)]]).ids).toEqual([[0], [], [0], [1]]);
  });

  it('changes neither the state nor the detections that it is given', () => {
    const { state } = follow([[at(0, 0)], [at(5, 0)]]);
    const detections = [at(10, 0), at(300, 0)];
    const before = structuredClone({ state, detections });
    trackDetections(state, detections, dtS);
    expect({ state, detections }).toEqual(before);
  });

  it('gives the same ids for the same frames, and never one id twice in a frame', () => {
    const detection = fc
      .tuple(
        fc.integer({ min: 0, max: 200 }),
        fc.integer({ min: 0, max: 60 }),
        fc.integer({ min: 0, max: 1 }),
        fc.integer({ min: 5, max: 80 }),
      )
      .map(([x, y, classId, sizePx]) => at(x, y, classId, sizePx));
    const frames = fc.array(fc.array(detection, { maxLength: 6 }), { maxLength: 15 });
    fc.assert(
      fc.property(frames, (sequence) => {
        const { ids, state } = follow(sequence);
        expect(follow(sequence).ids).toEqual(ids);
        for (const frame of ids) {
          const confirmed = frame.filter((id) => id > 0);
          expect(new Set(confirmed).size).toBe(confirmed.length);
          expect(Math.max(0, ...confirmed)).toBeLessThan(state.nextId);
        }
      }),
    );
  });
});

describe('time that passes on frames that nobody looked at', () => {
  const moving = (x: number): Detection => ({
    classId: 0,
    score: 1,
    boxXyxyPx: [x, 0, x + 100, 100],
    trackId: 0,
  });
  /** A confirmed track that moves 200 px a second. */
  const moved = () => {
    const first = trackDetections(initialTrackingState, [moving(0)], 0).state;
    return trackDetections(first, [moving(20)], 0.1).state;
  };

  it('is the same told in one step or in many', () => {
    const parts = fc.array(fc.double({ min: 0, max: 0.2, noNaN: true }), { maxLength: 6 });
    fc.assert(
      fc.property(parts, (partsS) => {
        const totalS = partsS.reduce((sum, dtS) => sum + dtS, 0);
        let stepped = moved();
        for (const dtS of partsS) stepped = advanceTracks(stepped, dtS);
        const found = [moving(20 + 200 * totalS)];
        const many = trackDetections(stepped, found, 0.05).state.tracks[0];
        const once = trackDetections(moved(), found, totalS + 0.05).state.tracks[0];
        expect(many?.id).toBe(once?.id);
        for (const i of [0, 1, 2, 3] as const) {
          expect(many?.boxCxcywhPx[i]).toBeCloseTo(once!.boxCxcywhPx[i], 6);
          expect(many?.velocityPxPerS[i]).toBeCloseTo(once!.velocityPxPerS[i], 6);
        }
      }),
    );
  });

  it('does not count as a miss, but an object unseen for a second is forgotten', () => {
    let state = moved();
    for (let i = 0; i < 9; i++) state = advanceTracks(state, 0.1);
    expect(state.tracks[0]).toMatchObject({ id: 1, misses: 0 });
    expect(advanceTracks(state, 0.2).tracks).toEqual([]);
  });

  it('divides a surprise by the time it built up in, so that a gap does not make a velocity', () => {
    // Seen 30 px from where it must be: after half a second of misses that is 60 px/s, not 300.
    let state = moved();
    for (let i = 0; i < 4; i++) state = trackDetections(state, [], 0.1).state;
    const { tracks } = trackDetections(state, [moving(20 + 100 + 30)], 0.1).state;
    const gained = tracks[0]!.velocityPxPerS[0] - 200;
    expect(gained).toBeCloseTo((0.3 * 30) / 0.5, 6);
  });
});
