import { lightState } from '../../src/messages/light-state.js';
import type { SeenLight } from './light-phases.js';
import { type BoxXyxyPx, boxOf } from './match-detections.js';
import type { MatchedPair } from './matched-pair.js';

/** One run's view of an object over the drive. */
export interface ObjectView {
  /** Its track ids, in the order in which they began. */
  trackIds: number[];
  /** Number of frames that found it. */
  frames: number;
  firstS: number;
  lastS: number;
  /** Number of frames by class name. */
  classFrames: Map<string, number>;
  /** Summed probability and number of frames for each class that its signs were read as. */
  readings: Map<string, { probability: number; frames: number }>;
  /** States that it was read with as a light, in order of time. */
  lights: SeenLight[];
  /** The frame in which it was largest. */
  best: {
    frameId: number;
    epoch: number;
    timeS: number;
    boxXyxyPx: BoxXyxyPx;
    areaPx: number;
  };
}

/** An object that at least one run found. */
export interface ObjectGroup {
  reference: ObjectView | undefined;
  candidate: ObjectView | undefined;
}

/** Tracks of the two runs are one object if their boxes matched in at least this many frames. */
const minVotes = 3;

/**
 * The drive's objects: tracks of both runs, joined if their boxes overlap. An object that one run tracks in two
 * pieces and the other in one is one object.
 */
export function groupObjects(pairs: readonly MatchedPair[]): ObjectGroup[] {
  const votes = new Map<string, number>();
  const views = new Map<string, ObjectView>();
  for (const { pair, matched } of pairs) {
    for (const side of ['reference', 'candidate'] as const) {
      const { timeS, frameId, epoch } = pair;
      pair[side].detections.forEach((detection, index) => {
        if (detection.trackId === 0) return;
        const boxXyxyPx = boxOf(detection.boxPx);
        const key = keyOf(side, pair[side].epoch, detection.trackId);
        const view = views.get(key) ?? emptyView(detection.trackId, timeS);
        views.set(key, view);
        view.frames++;
        view.lastS = timeS;
        add(view.classFrames, detection.className, 1);
        const areaPx = (boxXyxyPx[2] - boxXyxyPx[0]) * (boxXyxyPx[3] - boxXyxyPx[1]);
        if (areaPx > view.best.areaPx) view.best = { frameId, epoch, timeS, boxXyxyPx, areaPx };
        const sign = pair[side].signs.find((one) => one.detectionIndex === index);
        if (sign !== undefined && sign.classId >= 0) {
          const known = view.readings.get(sign.className) ?? { probability: 0, frames: 0 };
          known.probability += sign.probability;
          known.frames++;
          view.readings.set(sign.className, known);
        }
        const light = pair[side].lights.find((one) => one.detectionIndex === index);
        const state = light && lightState(light);
        if (state !== undefined) view.lights.push({ state, timeS, frameId, epoch, boxXyxyPx });
      });
    }
    for (const match of matched.matches) {
      const a = pair.reference.detections[match.reference]!.trackId;
      const b = pair.candidate.detections[match.candidate]!.trackId;
      if (a === 0 || b === 0) continue;
      const edge = [
        keyOf('reference', pair.reference.epoch, a),
        keyOf('candidate', pair.candidate.epoch, b),
      ];
      add(votes, edge.join('|'), 1);
    }
  }
  const parents = new Map([...views.keys()].map((key) => [key, key]));
  const rootOf = (key: string): string => {
    const parent = parents.get(key)!;
    if (parent === key) return key;
    const root = rootOf(parent);
    parents.set(key, root);
    return root;
  };
  for (const [edge, count] of votes) {
    const [a, b] = edge.split('|') as [string, string];
    // A short track that matched in each of its frames also counts.
    const needed = Math.min(minVotes, views.get(a)!.frames, views.get(b)!.frames);
    if (count >= needed) parents.set(rootOf(a), rootOf(b));
  }
  const groups = new Map<string, ObjectGroup>();
  for (const [key, view] of views) {
    const root = rootOf(key);
    const group = groups.get(root) ?? { reference: undefined, candidate: undefined };
    groups.set(root, group);
    const side = key.startsWith('reference') ? 'reference' : 'candidate';
    group[side] = group[side] === undefined ? view : joined(group[side], view);
  }
  return [...groups.values()];
}

/** Track numbers start again with each life of a supervised pipeline. */
const keyOf = (side: 'reference' | 'candidate', epoch: number, trackId: number): string =>
  `${side} ${epoch} ${trackId}`;

function emptyView(trackId: number, timeS: number): ObjectView {
  return {
    trackIds: [trackId],
    frames: 0,
    firstS: timeS,
    lastS: timeS,
    classFrames: new Map(),
    readings: new Map(),
    lights: [],
    best: { frameId: 0, epoch: 0, timeS, boxXyxyPx: [0, 0, 0, 0], areaPx: -1 },
  };
}

function joined(a: ObjectView, b: ObjectView): ObjectView {
  const classFrames = new Map(a.classFrames);
  for (const [name, frames] of b.classFrames) add(classFrames, name, frames);
  const readings = new Map(a.readings);
  for (const [name, { probability, frames }] of b.readings) {
    const known = readings.get(name) ?? { probability: 0, frames: 0 };
    const sum = { probability: known.probability + probability, frames: known.frames + frames };
    readings.set(name, sum);
  }
  return {
    trackIds: [...a.trackIds, ...b.trackIds],
    frames: a.frames + b.frames,
    firstS: Math.min(a.firstS, b.firstS),
    lastS: Math.max(a.lastS, b.lastS),
    classFrames,
    readings,
    lights: [...a.lights, ...b.lights].sort((one, other) => one.timeS - other.timeS),
    best: a.best.areaPx >= b.best.areaPx ? a.best : b.best,
  };
}

function add(counts: Map<string, number>, key: string, by: number): void {
  counts.set(key, (counts.get(key) ?? 0) + by);
}

/** The class that an object had in most frames. */
export function classOf({ classFrames }: ObjectView): string {
  return [...classFrames].reduce((best, one) => (one[1] > best[1] ? one : best))[0];
}

/** The class that its sign was read as over all frames; undefined if it was read in fewer than `minFrames`. */
export function readingOf({ readings }: ObjectView, minFrames: number): string | undefined {
  let best: string | undefined;
  let most = 0;
  for (const [name, { probability, frames }] of readings) {
    if (frames < minFrames || probability <= most) continue;
    best = name;
    most = probability;
  }
  return best;
}
