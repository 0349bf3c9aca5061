import type { InputSpec } from '../../bundle/input-spec.js';
import type { CameraModel } from '../../calibration/camera-model.js';
import { type CameraMount, groundFromPixel, pixelFromGround } from '../../calibration/ground.js';
import { createInputMapping } from '../../preprocess/input-mapping.js';
import type { SegmentationResult, SteeringCheckResult } from '../results.js';

export interface CrossCheckSettings {
  /** How far ahead, metres: a second of driving. */
  aheadM: number;
  laneWidthM: number;
  /** The lane that is driven on begins at this border of the road. */
  drivesOn: 'right' | 'left';
  /** Disagreement with lane or driver is said from here on, metres. */
  thresholdM: number;
}

/** Camera, mount and frame, and what the class map shows of them. */
export interface CrossCheckView {
  camera: CameraModel;
  mount: CameraMount;
  /** Of the segmentation bundle. */
  input: InputSpec;
  /** By class id, 1 where a vehicle may drive. */
  isDrivable: Uint8Array;
}

/** A road narrower than so many lanes is one lane. */
const oneLaneBelow = 1.5;
/** A gap between drivable pixels that is narrower, or a stretch of them, is a fault of the map, metres. */
const leastWidthM = 1.5;

/**
 * Compares where the steering leads with where the class map says that there is room and lane, on a line across the road some
 * way ahead. Camera and road are taken as standing still to each other: a flat road, the mount as measured. Nothing is
 * allocated for a frame but its answer.
 */
export class SteeringCrossCheck {
  readonly #settings: CrossCheckSettings;
  readonly #view: CrossCheckView;
  #line: { key: string; row: number; leftM: Float64Array } | undefined;
  #isOpen = new Uint8Array(0);

  constructor(settings: CrossCheckSettings, view: CrossCheckView) {
    this.#settings = settings;
    this.#view = view;
  }

  /** Curvatures, positive to the left: of the path, and of what the recorded driver steered where that is known. */
  check(
    curvaturePerM: number,
    segmentation: SegmentationResult,
    driverPerM?: number,
  ): SteeringCheckResult {
    const { aheadM, thresholdM } = this.#settings;
    const pathM = lateralM(curvaturePerM, aheadM);
    const { row, leftM } = this.#lineOf(segmentation);
    const result: SteeringCheckResult = { aheadM, pathM, thresholdM };
    if (driverPerM !== undefined) result.driverM = pathM - lateralM(driverPerM, aheadM);
    if (row < 0) return result;
    const { widthPx, heightPx, freeSpaceNorm } = segmentation;
    const share = (heightPx - row) / heightPx;
    for (let x = 0; x < widthPx; x++) this.#isOpen[x] = freeSpaceNorm[x]! >= share - 1e-6 ? 1 : 0;
    const free = this.#stretch(leftM, widthPx);
    if (free !== undefined) result.freeSpaceM = pathM - (free[0] + free[1]) / 2;
    this.#readRow(segmentation, row);
    const road = this.#stretch(leftM, widthPx);
    if (road !== undefined) result.laneM = pathM - this.#laneCentreM(road);
    return result;
  }

  #laneCentreM([left, right]: readonly [number, number]): number {
    const { laneWidthM, drivesOn } = this.#settings;
    if (left - right < oneLaneBelow * laneWidthM) return (left + right) / 2;
    return drivesOn === 'right' ? right + laneWidthM / 2 : left - laneWidthM / 2;
  }

  /** Which columns of a row of the class map are drivable. */
  #readRow({ widthPx, runLengths, runClasses }: SegmentationResult, row: number): void {
    const start = row * widthPx;
    let at = 0;
    for (let run = 0; run < runLengths.length && at < start + widthPx; run++) {
      const end = at + runLengths[run]!;
      const isDrivable = this.#view.isDrivable[runClasses[run]!]!;
      for (let i = Math.max(at, start); i < Math.min(end, start + widthPx); i++)
        this.#isOpen[i - start] = isDrivable;
      at = end;
    }
  }

  /**
   * Left and right border, metres, of the open stretch that lies straight ahead, or nearest to it; undefined where there is
   * none, or where it goes on beyond the picture: its middle is then not seen.
   */
  #stretch(leftM: Float64Array, widthPx: number): readonly [number, number] | undefined {
    let best: readonly [number, number] | undefined;
    let bestAwayM = Number.POSITIVE_INFINITY;
    let isCut = false;
    for (let from = 0; from < widthPx; ) {
      if (this.#isOpen[from] === 0) {
        from++;
        continue;
      }
      let to = from;
      for (let x = from; x < widthPx; x++) {
        if (this.#isOpen[x] === 1) to = x;
        else if (leftM[to + 1]! - leftM[x + 1]! > leastWidthM) break;
      }
      const [left, right] = [leftM[from]!, leftM[to + 1]!];
      const awayM = left >= 0 && right <= 0 ? 0 : Math.min(Math.abs(left), Math.abs(right));
      if (left - right >= leastWidthM && awayM < bestAwayM) {
        best = [left, right];
        bestAwayM = awayM;
        isCut = from === 0 || to === widthPx - 1;
      }
      from = to + 1;
    }
    return isCut ? undefined : best;
  }

  /** The row of the class map that shows the line, and how far left of the car each column's left edge lies, metres. */
  #lineOf({ widthPx, heightPx }: SegmentationResult) {
    const key = `${widthPx}x${heightPx}`;
    if (this.#line?.key === key) return this.#line;
    const { camera, mount, input } = this.#view;
    const leftM = new Float64Array(widthPx + 1);
    this.#isOpen = new Uint8Array(widthPx);
    const mapping = createInputMapping(input, camera, camera);
    const pixel = pixelFromGround(camera, mount, this.#settings.aheadM, 0);
    const point = pixel && mapping.inputFromFramePoint(pixel[0] + 0.5, pixel[1] + 0.5);
    let row = point === undefined ? -1 : Math.floor(point[1] * heightPx);
    if (row >= heightPx) row = -1;
    for (let x = 0; x <= widthPx && row >= 0; x++) {
      const seen = mapping.frameFromInputPoint(x / widthPx, (row + 0.5) / heightPx);
      const ground = seen && groundFromPixel(camera, mount, seen[0] - 0.5, seen[1] - 0.5);
      if (ground === undefined) row = -1;
      else leftM[x] = ground[1];
    }
    this.#line = { key, row, leftM };
    return this.#line;
  }
}

/** True where the path is as far as the threshold, or farther, from the lane's centre or from the driver's. */
export function disagrees({ laneM = 0, driverM = 0, thresholdM }: SteeringCheckResult): boolean {
  return Math.abs(laneM) >= thresholdM || Math.abs(driverM) >= thresholdM;
}

/** How far left a circle of this curvature has led after `aheadM` forward, metres; where it never gets so far, its radius. */
export function lateralM(curvaturePerM: number, aheadM: number): number {
  const reach = curvaturePerM * aheadM;
  if (Math.abs(reach) >= 1) return 1 / curvaturePerM;
  return (reach * aheadM) / (1 + Math.sqrt(1 - reach * reach));
}
