import type { InputSpec } from '../../bundle/input-spec.js';
import type { CameraModel } from '../../calibration/camera-model.js';
import { invertPositive } from '../../calibration/dense-matrix.js';
import { groundFromCameraRotation, type Matrix3 } from '../../calibration/ground.js';
import type { MeasuredMount } from '../../calibration/mount.js';
import type { SegmentationResult } from '../results.js';
import { MapProjection } from './map-projection.js';
import { NormalEquations } from './normal-equations.js';
import { RoadBorders } from './road-borders.js';
import {
  knotCount,
  liftedAt,
  place,
  priorCovariance,
  RoadCourse,
  stateCount,
  stationCount,
  stationsM,
  turnedAt,
} from './road-shape.js';
import { type RoadSurface, springsRad, surfaceOf } from './road-surface.js';
import { standingThing } from './standing-thing.js';
import type { SizeSight } from './usual-heights.js';

/** How class maps show the road. */
export interface MapView {
  /** Input spec of the segmentation bundle. */
  input: InputSpec;
  /** By class id, 1 where a vehicle may drive, and 1 where something may hide the road's border. */
  isDrivable: Uint8Array;
  isHiding: Uint8Array;
}

/** Error of a class map's border, one standard deviation, pixels: across, and per pixel it moves across per row. */
const borderPx = { across: 8, byRow: 0.6 };
/** Deviations at which an observation counts for half. */
const robustAt = { border: 1, thing: 2 };
/** A border is searched within this share of the road's width, or within `firstShare` while it is lost. */
const gate = { leastPx: 4, share: 0.08, firstShare: 0.16 };
/** Least border sightings, of both sides together, that determine the road's width. */
const leastBorders = 8;
/** Least sightings of one side that determine where it is. */
const leastOfOne = 4;
/** Least distance of a border from the car's middle, metres. */
const nearestBorderM = 0.6;
/** Prior width and middle of a road: mean, one standard deviation, metres. */
const firstBorders = { widthM: 9, widthDeviationM: 4, middleDeviationM: 3 };
/** Error of a border that was just found near the car, one standard deviation, metres. */
const seenBorderM = 0.8;
/** Change of width and middle per second, and the least deviation of the width; standard deviations, metres. */
const drift = { widthM: 0.05, middleM: 0.4, leastWidthM: 0.1 };
/** How fast the road's shape is forgotten: assumed speed, and the length over which shapes stay alike, metres. */
const change = { speedMps: 15, alikeM: 30 };
/** Distances that the fit is extended to in turn, metres: the nearer part tells where to look for the farther one. */
const reachesM = { first: [12, 18, 27, 40, 60, 90], next: [25, 90] };
const stepsEach = 2;

/**
 * How the road ahead rises, falls and turns, fitted to each frame from two kinds of observations: the borders of the
 * drivable area in the class map, which converge with distance on a road of constant width, and things of a usual
 * height, which tell how far their feet are. Without either, it is the mount's plane, with the deviations of usual roads.
 *
 * The method for borders is that of Dickmanns and Mysliwetz (Recursive 3-D road and relative ego-state recognition, 1992).
 * Nothing as large as a frame is allocated; benchmarks/foot-distances.ts measures the time per frame.
 */
export class RoadAhead {
  readonly #camera: CameraModel;
  readonly #mount: MeasuredMount;
  readonly #map: MapView | undefined;
  readonly #rotation: Matrix3;
  readonly #line = new RoadCourse();
  readonly #equations = new NormalEquations(stateCount);
  readonly #state = new Float64Array(stateCount);
  readonly #mean = new Float64Array(stateCount);
  readonly #unseen: Float64Array;
  #covariance: Float64Array;
  /** By side: true if the border was not seen yet or is no longer where it was, as when the road widens. */
  readonly #isLost = [true, true];
  /** By side: number of stations at which the border was seen. */
  readonly #seen = [0, 0];
  #borders: RoadBorders | undefined;
  #projection: MapProjection | undefined;

  constructor(camera: CameraModel, mount: MeasuredMount, map?: MapView) {
    this.#camera = camera;
    this.#mount = mount;
    this.#map = map;
    this.#rotation = groundFromCameraRotation(mount);
    this.#unseen = priorCovariance(Math.hypot(springsRad, mount.pitchDeviationRad));
    this.#covariance = this.#unseen.slice();
    this.#forgetBorders();
  }

  /** Fits the road to a frame, `dtS` seconds after the previous one. Class map and things may both be missing. */
  look(
    segmentation: SegmentationResult | undefined,
    things: readonly SizeSight[],
    dtS: number,
  ): RoadSurface {
    this.#predict(dtS);
    const isMapped = this.#map !== undefined && segmentation !== undefined;
    if (isMapped) this.#read(segmentation, this.#map!);
    const prior = invertPositive(this.#covariance, stateCount);
    if (prior === undefined) return this.#forget();
    this.#state.set(this.#mean);
    const reaches = isMapped && this.#isLost.includes(true) ? reachesM.first : reachesM.next;
    for (const reachM of reaches)
      for (let i = 0; i < stepsEach; i++) {
        this.#line.set(this.#state);
        this.#equations.begin(prior, this.#mean, this.#state);
        this.#seen.fill(0);
        if (isMapped) for (const side of [0, 1] as const) this.#addBorder(side, reachM);
        for (const thing of things) this.#addThing(thing, reachM);
        if (!this.#equations.step(this.#state)) return this.#forget();
      }
    const covariance = invertPositive(this.#equations.precision, stateCount);
    if (covariance === undefined || !this.#state.every(Number.isFinite)) return this.#forget();
    this.#mean.set(this.#state);
    this.#covariance = covariance;
    if (isMapped) this.#judgeBorders();
    return this.#surface();
  }

  /** Starts over after an impossible result; the surface is the plane. */
  #forget(): RoadSurface {
    this.#mean.fill(0);
    this.#covariance.set(this.#unseen);
    this.#forgetBorders();
    return this.#surface();
  }

  #judgeBorders(): void {
    const [left, right] = this.#seen as [number, number];
    const widthM = this.#mean[place.left]! - this.#mean[place.right]!;
    if (left + right < leastBorders || !(widthM > 1)) this.#forgetBorders();
    else {
      this.#isLost[place.left] = left < leastOfOne;
      this.#isLost[place.right] = right < leastOfOne;
    }
  }

  #forgetBorders(): void {
    const { widthM, widthDeviationM, middleDeviationM } = firstBorders;
    const p = this.#covariance;
    for (const side of [place.left, place.right])
      for (let i = 0; i < stateCount; i++) p[side * stateCount + i] = p[i * stateCount + side] = 0;
    const [half, middle] = [(widthDeviationM / 2) ** 2, middleDeviationM ** 2];
    p[0] = p[stateCount + 1] = middle + half;
    p[1] = p[stateCount] = middle - half;
    this.#mean[place.left] = widthM / 2;
    this.#mean[place.right] = -widthM / 2;
    this.#isLost.fill(true);
  }

  /** Predicts the state `dtS` later: the shape fades into the prior, the borders stay where they are. */
  #predict(dtS: number): void {
    const keep = Math.exp((-change.speedMps * Math.max(0, dtS)) / change.alikeM);
    const p = this.#covariance;
    const keepOf = (i: number) =>
      i === place.left || i === place.right ? 1 : i === place.slopeRad ? 0 : keep;
    for (let i = 0; i < stateCount; i++) {
      this.#mean[i]! *= keepOf(i);
      for (let j = 0; j < stateCount; j++) {
        const kept = keepOf(i) * keepOf(j);
        const at = i * stateCount + j;
        p[at] = kept * p[at]! + (1 - kept) * this.#unseen[at]!;
      }
    }
    const width = p[0]! + p[stateCount + 1]! - 2 * p[1]!;
    const wider = Math.max(drift.widthM ** 2 * dtS, drift.leastWidthM ** 2 - width) / 4;
    const aside = drift.middleM ** 2 * dtS;
    p[0]! += aside + wider;
    p[stateCount + 1]! += aside + wider;
    p[1]! += aside - wider;
    p[stateCount]! += aside - wider;
  }

  #read(segmentation: SegmentationResult, { input, isDrivable, isHiding }: MapView): void {
    const { widthPx, heightPx } = segmentation;
    if (this.#projection?.widthPx !== widthPx || this.#projection.heightPx !== heightPx) {
      this.#projection = new MapProjection(this.#camera, this.#mount, input, segmentation);
      this.#borders = new RoadBorders(heightPx, isDrivable, isHiding, this.#projection.content);
    }
    this.#borders!.read(segmentation);
    for (const side of [place.left, place.right] as const)
      if (this.#isLost[side]) this.#lookNear(side);
  }

  /** Finds a lost border: the nearest one, as if the road were flat and straight. */
  #lookNear(side: 0 | 1): void {
    const [projection, borders] = [this.#projection!, this.#borders!];
    const fromM = side === place.left ? nearestBorderM : -nearestBorderM;
    const found: number[] = [];
    for (let sM = 5; sM <= 16; sM += 0.5) {
      if (!projection.place(sM, fromM, 0)) continue;
      const column = borders.columnBeyond(side, projection.yPx, projection.xPx);
      if (!Number.isNaN(column))
        found.push(fromM + (column - projection.xPx) / projection.across(0, 1, 0));
    }
    if (found.length < leastOfOne) return;
    this.#mean[side] = found.sort((a, b) => a - b)[found.length >> 1]!;
    const p = this.#covariance;
    for (let i = 0; i < stateCount; i++) p[side * stateCount + i] = p[i * stateCount + side] = 0;
    p[side * (stateCount + 1)] = seenBorderM ** 2;
  }

  /** Adds the class map's border of one side, station by station. */
  #addBorder(side: 0 | 1, reachM: number): void {
    const [projection, borders, line] = [this.#projection!, this.#borders!, this.#line];
    const state = this.#state;
    const { row } = this.#equations;
    const asideM = state[side]!;
    const widthM = state[place.left]! - state[place.right]!;
    let highestPx = Number.POSITIVE_INFINITY;
    for (let i = 0; i < stationCount && stationsM[i]! <= reachM; i++) {
      const [cos, sin] = [Math.cos(line.headingRad[i]!), Math.sin(line.headingRad[i]!)];
      const [x, y] = [line.xM[i]! - asideM * sin, line.yM[i]! + asideM * cos];
      if (!projection.place(x, y, line.zM[i]!)) continue;
      const { xPx, yPx } = projection;
      // Behind a crest.
      if (yPx >= highestPx) continue;
      highestPx = yPx;
      const { left, top, right, bottom } = projection.content;
      if (xPx < left + 1 || xPx > right - 1 || yPx < top + 1 || yPx > bottom - 1) continue;
      const roadPx = (projection.focalXPx * widthM) / projection.depthM;
      const share = this.#isLost[side] && reachM < 20 ? gate.firstShare : gate.share;
      const gatePx = Math.max(gate.leastPx, share * roadPx);
      const residual = borders.columnAt(side, yPx, xPx, gatePx) - xPx;
      if (!(Math.abs(residual) <= gatePx)) continue;
      this.#seen[side]!++;
      // If the border moves up in the picture, the same row crosses it farther to the side.
      let slope = state[place.slopeRad]!;
      for (let knot = 0; knot < knotCount; knot++)
        slope += state[place.rises + knot]! * turnedAt(knot, i);
      const down = projection.down(cos, sin, slope);
      const byRow = Math.abs(down) < 1e-6 ? 0 : projection.across(cos, sin, slope) / down;
      const lean = Math.max(-8, Math.min(8, byRow));
      const byX = projection.across(1, 0, 0) - lean * projection.down(1, 0, 0);
      const byY = projection.across(0, 1, 0) - lean * projection.down(0, 1, 0);
      const byZ = projection.across(0, 0, 1) - lean * projection.down(0, 0, 1);
      const byTurned = -asideM * (byX * cos + byY * sin);
      row.fill(0);
      row[side] = byY * cos - byX * sin;
      row[place.headingRad] = byX * line.xByHeading[i]! + byY * line.yByHeading[i]! + byTurned;
      row[place.slopeRad] = byZ * stationsM[i]!;
      for (let knot = 0; knot < knotCount; knot++) {
        const at = knot * stationCount + i;
        row[place.turns + knot] =
          byX * line.xByTurn[at]! + byY * line.yByTurn[at]! + byTurned * turnedAt(knot, i);
        row[place.rises + knot] = byZ * liftedAt(knot, i);
      }
      const variance = borderPx.across ** 2 + (borderPx.byRow * lean) ** 2;
      this.#equations.add(residual, robust(residual ** 2 / variance, robustAt.border) / variance);
    }
  }

  /** Adds the height of the road at a thing's foot, assuming the usual height of its kind. */
  #addThing(thing: SizeSight, reachM: number): void {
    const seen = standingThing(thing, {
      course: this.#line,
      rotation: this.#rotation,
      heightM: this.#mount.heightM,
      fyPx: this.#camera.fyPx,
    });
    if (seen === undefined || seen.sM > reachM) return;
    const { awayM, variance, sM, after } = seen;
    const before = stationsM[after - 1]!;
    const share = (sM - before) / (stationsM[after]! - before);
    const { row } = this.#equations;
    row.fill(0);
    row[place.slopeRad] = sM;
    for (let knot = 0; knot < knotCount; knot++) {
      const lifted = liftedAt(knot, after - 1);
      row[place.rises + knot] = lifted + share * (liftedAt(knot, after) - lifted);
    }
    this.#equations.add(awayM, robust(awayM ** 2 / variance, robustAt.thing) / variance);
  }

  #surface(): RoadSurface {
    this.#line.set(this.#mean);
    return surfaceOf(this.#line, this.#covariance, this.#unseen);
  }
}

/** Cauchy's weight of a squared residual in units of its variance: one half at `at` deviations. */
const robust = (squared: number, at: number): number => 1 / (1 + squared / at ** 2);
