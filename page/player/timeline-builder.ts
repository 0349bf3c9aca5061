import {
  type GroundTruth,
  type PerceptionFrame,
  StageState,
} from '../../src/messages/gen/windshield/v1/perception_pb.js';
import { lightState } from '../../src/messages/light-state.js';
import { boxColour, spoken } from '../../src/viewer/box-label.js';
import { lightColour } from '../../src/viewer/box-reading.js';

import { type DoubtValue, doubtCurves, doubtOf } from './doubt-curves.js';

/** Something that lasts, or (with `endS` equal to `startS`) a moment. Seconds from the drive's start. */
export interface Span {
  startS: number;
  endS: number;
  label: string;
  /** `#rrggbb` of the class, if it has one. */
  colour?: string;
}

export interface Lane {
  id: string;
  label: string;
  /** `line`: values over time; `spans`: bars; `marks`: moments. */
  kind: 'spans' | 'marks' | 'line';
  spans: Span[];
  /** For `line`: [seconds, value] in order of time. */
  points: [number, number][];
  /** For `line`: values of threshold lines; the lane's spans are where health reports that they are exceeded. */
  thresholds?: readonly number[];
  /** For `line`: decimals of the value. */
  digits?: number;
}

/** Most entries per lane: a drive of days must not fill the memory. */
const maxEntries = 20_000;
/** Sightings of one thing that are further apart make two spans, seconds. */
const gapS = 1;

/** Turns the messages of a drive, in any order, into the lanes of its timeline. */
export class TimelineBuilder {
  readonly #startNs: bigint;
  readonly #lanes = new Map<string, Lane>();
  /** The open span of each thing, by lane and key. */
  readonly #open = new Map<string, Span>();

  constructor(startNs: bigint) {
    this.#startNs = startNs;
  }

  addResult(stampNs: bigint, frame: PerceptionFrame): void {
    const atS = this.#seconds(stampNs);
    for (const { trackId, className } of frame.detections)
      if (trackId > 0)
        this.#extend(
          'tracks',
          'Tracks',
          `${trackId}`,
          `${spoken(className)} ${trackId}`,
          atS,
          boxColour(className),
        );
    for (const { classId, className, trackId } of frame.signs)
      if (classId >= 0)
        this.#extend('signs', 'Signs', `${trackId} ${className}`, spoken(className), atS);
    for (const light of frame.lights) {
      const state = lightState(light);
      if (state !== undefined)
        this.#extend(
          'lights',
          'Lights',
          `${light.trackId} ${state}`,
          spoken(state),
          atS,
          lightColour(state),
        );
    }
    if (frame.steering)
      this.#point('steering', 'Steering °', atS, degrees(frame.steering.angleRad));
    for (const doubt of doubtOf(frame)) this.#addDoubt(doubt, atS);
    const { timing } = frame;
    if (timing !== undefined && timing.publishNs > timing.captureNs)
      this.#point('latency', 'Latency ms', atS, Number(timing.publishNs - timing.captureNs) / 1e6);
    for (const { reason, count } of frame.drops)
      this.#mark('drops', 'Drops', `${count} dropped: ${spoken(reason)}`, atS);
    for (const { stage, state, reason, errorCode } of frame.stages) {
      if (state === StageState.OK || state === StageState.UNSPECIFIED) continue;
      const what = { 2: 'skipped', 3: 'late', 4: 'failed' }[state as 2 | 3 | 4] ?? 'unknown';
      this.#mark('stages', 'Stages', `${stage} ${what} ${errorCode || reason}`.trim(), atS);
    }
    if (frame.mode !== '') this.#extend('modes', 'Modes', frame.mode, frame.mode, atS);
    for (const code of frame.health) this.#extend('health', 'Health', code, spoken(code), atS);
  }

  #addDoubt({ id, value, threshold, isSaid }: DoubtValue, atS: number): void {
    const { label, unit, said } = doubtCurves[id];
    this.#point(id, `${label} ${unit}`.trim(), atS, value);
    const lane = this.#lanes.get(id)!;
    lane.digits = 2;
    if (threshold !== undefined)
      lane.thresholds = unit === 'm' ? [threshold, -threshold] : [threshold];
    if (isSaid) this.#extend(id, label, 'said', said, atS);
  }

  addTruth(stampNs: bigint, truth: GroundTruth): void {
    const atS = this.#seconds(stampNs);
    for (const { objectId, className } of truth.objects)
      this.#extend(
        'truth',
        'Ground truth',
        `${objectId}`,
        spoken(className),
        atS,
        boxColour(className),
      );
    const { vehicle } = truth;
    if (vehicle?.hasSteering)
      this.#point('true steering', 'True steering °', atS, degrees(vehicle.steeringRad));
    if (vehicle?.hasSpeed) this.#point('speed', 'Speed m/s', atS, vehicle.speedMps);
  }

  /** Marks any other message of the file, except pictures. */
  addOther(stampNs: bigint, topic: string): void {
    if (topic.startsWith('camera/')) return;
    this.#mark(`topic ${topic}`, topic, topic, this.#seconds(stampNs));
  }

  /** Marks a moment for a user or a comparison. */
  addMark(id: string, label: string, text: string, stampNs: bigint): void {
    this.#mark(id, label, text, this.#seconds(stampNs));
  }

  lanes(): Lane[] {
    return [...this.#lanes.values()].sort((a, b) => order(a.id) - order(b.id));
  }

  #seconds(stampNs: bigint): number {
    return Number(stampNs - this.#startNs) / 1e9;
  }

  #lane(id: string, label: string, kind: Lane['kind']): Lane {
    const lane = this.#lanes.get(id) ?? { id, label, kind, spans: [], points: [] };
    this.#lanes.set(id, lane);
    return lane;
  }

  #extend(
    id: string,
    laneLabel: string,
    key: string,
    label: string,
    atS: number,
    colour?: string,
  ): void {
    const open = this.#open.get(`${id}/${key}`);
    if (open !== undefined && atS - open.endS < gapS && atS >= open.startS) {
      open.endS = Math.max(open.endS, atS);
      return;
    }
    const { spans } = this.#lane(id, laneLabel, 'spans');
    if (spans.length >= maxEntries) return;
    const span = { startS: atS, endS: atS, label, ...(colour !== undefined && { colour }) };
    spans.push(span);
    this.#open.set(`${id}/${key}`, span);
  }

  #mark(id: string, laneLabel: string, label: string, atS: number): void {
    const { spans } = this.#lane(id, laneLabel, 'marks');
    if (spans.length < maxEntries) spans.push({ startS: atS, endS: atS, label });
  }

  #point(id: string, laneLabel: string, atS: number, value: number): void {
    const lane = this.#lane(id, laneLabel, 'line');
    if (!Number.isFinite(value)) return;
    lane.points.push([atS, value]);
    // Drops every second point: the rest is still even over time.
    if (lane.points.length > maxEntries) lane.points = lane.points.filter((_, i) => i % 2 === 0);
  }
}

const laneOrder = [
  'differences',
  'signs',
  'lights',
  'tracks',
  'truth',
  'steering',
  'true steering',
  'off lane',
  'off driver',
  'off free space',
  'novelty',
  'speed',
  'latency',
  'drops',
  'stages',
  'modes',
  'health',
];
const order = (id: string) => (laneOrder.includes(id) ? laneOrder.indexOf(id) : laneOrder.length);
const degrees = (radians: number) => (radians * 180) / Math.PI;
