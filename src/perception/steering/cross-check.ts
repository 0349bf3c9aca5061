import type { InputSpec } from '../../bundle/input-spec.js';
import type { CameraModel } from '../../calibration/camera-model.js';
import { type CameraMount, groundFromPixel, pixelFromGround } from '../../calibration/ground.js';
import { contentNorm } from '../../preprocess/input-geometry.js';
import { createInputMapping } from '../../preprocess/input-mapping.js';
import type { SegmentationResult, SteeringCheckResult } from '../results.js';

export interface CrossCheckSettings {
  /** How far ahead, metres: a second of driving. */
  aheadM: number;
  laneWidthM: number;
  /** The border of the road that the vehicle's lane begins at. */
  drivesOn: 'right' | 'left';
  /** Distance from lane or driver from which the steering disagrees, metres. */
  thresholdM: number;
}

/** Camera and mount, and how the class map shows the frame. */
export interface CrossCheckView {
  camera: CameraModel;
  mount: CameraMount;
  /** Input spec of the segmentation bundle. */
  input: InputSpec;
  /** By class id, 1 where a vehicle may drive. */
  isDrivable: Uint8Array;
}

/** The row of the class map that shows the line; -1 if the map does not show it. */
interface Line {
  key: string;
  row: number;
  /** How far left of the car each column's left edge lies there, metres, from `first` to `end`. */
  leftM: Float64Array;
  /** Columns that show the frame, `end` exclusive; the others are padding. */
  first: number;
  end: number;
}

/** A road narrower than this many lanes is treated as one lane. */
const oneLaneBelow = 1.5;
/** Narrower gaps between drivable pixels, and narrower stretches of them, count as errors of the map, metres. */
const leastWidthM = 1.5;

/**
 * Compares where the steering leads with the free space and lane in the class map, on a line across the road at `aheadM`.
 * Assumes a flat road and the mount as measured. Allocates only the answer per frame.
 */
export class SteeringCrossCheck {
  readonly #settings: CrossCheckSettings;
  readonly #view: CrossCheckView;
  #line: Line | undefined;
  #isOpen = new Uint8Array(0);

  constructor(settings: CrossCheckSettings, view: CrossCheckView) {
    this.#settings = settings;
    this.#view = view;
  }

  /** Curvatures, positive to the left: of the path, and of the recorded driver's steering if known. */
  check(
    curvaturePerM: number,
    segmentation: SegmentationResult,
    driverPerM?: number,
  ): SteeringCheckResult {
    const { aheadM, thresholdM } = this.#settings;
    const pathM = lateralM(curvaturePerM, aheadM);
    const line = this.#lineOf(segmentation);
    const { row } = line;
    const result: SteeringCheckResult = { aheadM, pathM, thresholdM };
    if (driverPerM !== undefined) result.driverM = pathM - lateralM(driverPerM, aheadM);
    if (row < 0) return result;
    const { widthPx, heightPx, freeSpaceNorm } = segmentation;
    const share = (heightPx - row) / heightPx;
    for (let x = 0; x < widthPx; x++) this.#isOpen[x] = freeSpaceNorm[x]! >= share - 1e-6 ? 1 : 0;
    const free = this.#stretch(line);
    if (free !== undefined) result.freeSpaceM = pathM - (free[0] + free[1]) / 2;
    this.#readRow(segmentation, row);
    const road = this.#stretch(line);
    if (road !== undefined) result.laneM = pathM - this.#laneCentreM(road);
    return result;
  }

  #laneCentreM([left, right]: readonly [number, number]): number {
    const { laneWidthM, drivesOn } = this.#settings;
    if (left - right < oneLaneBelow * laneWidthM) return (left + right) / 2;
    return drivesOn === 'right' ? right + laneWidthM / 2 : left - laneWidthM / 2;
  }

  /** Marks which columns of a row of the class map are drivable. */
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
   * Left and right border, metres, of the open stretch straight ahead, or nearest to it; undefined if there is none, or if
   * it continues beyond the picture, so that its middle is not known.
   */
  #stretch({ leftM, first, end }: Line): readonly [number, number] | undefined {
    let best: readonly [number, number] | undefined;
    let bestAwayM = Number.POSITIVE_INFINITY;
    let isCut = false;
    for (let from = first; from < end; ) {
      if (this.#isOpen[from] === 0) {
        from++;
        continue;
      }
      let to = from;
      for (let x = from; x < end; x++) {
        if (this.#isOpen[x] === 1) to = x;
        else if (leftM[to + 1]! - leftM[x + 1]! > leastWidthM) break;
      }
      const [left, right] = [leftM[from]!, leftM[to + 1]!];
      const awayM = left >= 0 && right <= 0 ? 0 : Math.min(Math.abs(left), Math.abs(right));
      if (left - right >= leastWidthM && awayM < bestAwayM) {
        best = [left, right];
        bestAwayM = awayM;
        isCut = from === first || to === end - 1;
      }
      from = to + 1;
    }
    return isCut ? undefined : best;
  }

  #lineOf({ widthPx, heightPx }: SegmentationResult): Line {
    const key = `${widthPx}x${heightPx}`;
    if (this.#line?.key === key) return this.#line;
    const { camera, mount, input } = this.#view;
    const leftM = new Float64Array(widthPx + 1);
    this.#isOpen = new Uint8Array(widthPx);
    const mapping = createInputMapping(input, camera, camera);
    const content = contentNorm(input, camera);
    // Whole columns; rounding must not cost one.
    const first = Math.max(0, Math.ceil(content.left * widthPx - 1e-6));
    const end = Math.min(widthPx, Math.floor(content.right * widthPx + 1e-6));
    const pixel = pixelFromGround(camera, mount, this.#settings.aheadM, 0);
    const point = pixel && mapping.inputFromFramePoint(pixel[0] + 0.5, pixel[1] + 0.5);
    let row = point === undefined ? -1 : Math.floor(point[1] * heightPx);
    const isShown = row >= content.top * heightPx - 1e-6 && row < content.bottom * heightPx - 1e-6;
    if (!isShown) row = -1;
    for (let x = first; x <= end && row >= 0; x++) {
      const seen = mapping.frameFromInputPoint(x / widthPx, (row + 0.5) / heightPx);
      const ground = seen && groundFromPixel(camera, mount, seen[0] - 0.5, seen[1] - 0.5);
      if (ground === undefined) row = -1;
      else leftM[x] = ground[1];
    }
    this.#line = { key, row, leftM, first, end };
    return this.#line;
  }
}

/** True if the path is at least the threshold away from the lane's centre or from the driver's path. */
export function disagrees({ laneM = 0, driverM = 0, thresholdM }: SteeringCheckResult): boolean {
  return Math.abs(laneM) >= thresholdM || Math.abs(driverM) >= thresholdM;
}

/** Offset to the left of a circle of this curvature after `aheadM` forward, metres; its radius if it never gets that far. */
export function lateralM(curvaturePerM: number, aheadM: number): number {
  const reach = curvaturePerM * aheadM;
  if (Math.abs(reach) >= 1) return 1 / curvaturePerM;
  return (reach * aheadM) / (1 + Math.sqrt(1 - reach * reach));
}
