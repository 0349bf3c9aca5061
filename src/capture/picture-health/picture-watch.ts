import type { CameraModel } from '../../calibration/camera-model.js';
import type { CameraMount } from '../../calibration/ground.js';
import type { FrameLayout } from '../../frame/frame.js';
import type { SourceInfo } from '../../frame/frame-source.js';
import { Hysteresis } from '../../frame/hysteresis.js';
import { DriftWatch } from './drift-watch.js';
import {
  type PictureCode,
  type PictureHealthConfig,
  pictureCodes,
  pictureHealthSchema,
} from './picture-health-schema.js';
import { PictureSamples } from './picture-samples.js';
import { StillSamples } from './still-samples.js';

/** Shortest time between two judged pictures, seconds. */
const leastStepS = 0.09;
/** Time over which the rate is measured, seconds. */
const rateWindowS = 2;

/** Codes reported at once: their measurement already covers a span of time. */
const saidAtOnce: ReadonlySet<PictureCode> = new Set([
  'picture_frozen',
  'lens_dirty',
  'picture_wrong_size',
  'calibration_drifted',
]);

/** Judges a source's pictures, about ten per second, by their own times; its codes have hysteresis. */
export class PictureWatch {
  readonly #config: PictureHealthConfig;
  readonly #samples: PictureSamples;
  readonly #still = new StillSamples();
  readonly #nominalRateHz: number | undefined;
  readonly #held = new Map<PictureCode, Hysteresis>(
    pictureCodes.map((code) => [code, new Hysteresis()]),
  );
  readonly #layout: FrameLayout;
  #drift: DriftWatch | undefined;
  #codes: readonly PictureCode[] = [];
  #lastNs: bigint | undefined;
  #changedNs: bigint | undefined;
  #rateStartNs: bigint | undefined;
  #rateFrames = 0;
  #rateShare = 1;
  #sizeSkips = 0;

  constructor(layout: FrameLayout, nominalRateHz: number | undefined, config: PictureHealthConfig) {
    this.#config = config;
    this.#layout = layout;
    this.#samples = new PictureSamples(layout);
    this.#nominalRateHz = nominalRateHz;
  }

  /** From now on, checks that lanes meet where this mount says. `camera` is of the frames' size. */
  expect(camera: CameraModel, mount: CameraMount): void {
    if (this.#config.driftedDeg < 90) this.#drift = new DriftWatch(this.#layout, camera, mount);
  }

  /**
   * Returns the codes of what is wrong now; the same array until that changes. `timeNs`: of the frame, ascending.
   * `sizeSkips`: frames of another size skipped so far.
   */
  take(pixels: Uint8Array, timeNs: bigint, sizeSkips = 0): readonly PictureCode[] {
    this.#countRate(timeNs);
    const last = this.#lastNs;
    if (last !== undefined && Number(timeNs - last) < leastStepS * 1e9) return this.#codes;
    this.#lastNs = timeNs;
    const config = this.#config;
    const { luma98, saturatedShare, edgeSteepness } = this.#samples.measure(pixels);
    const { luma } = this.#samples;
    if (!this.#still.isSame(luma)) this.#changedNs = timeNs;
    this.#changedNs ??= timeNs;
    const driftRad = this.#drift?.take(pixels, timeNs) ?? 0;
    const isBlack = luma98 < config.blackBelow;
    const found: Record<PictureCode, boolean> = {
      picture_frozen: Number(timeNs - this.#changedNs) >= config.frozenS * 1e9,
      picture_black: isBlack,
      picture_overexposed: saturatedShare > config.overexposedShare,
      picture_blurred: edgeSteepness !== undefined && edgeSteepness < config.blurredBelow,
      lens_dirty: this.#still.take(luma, timeNs) > config.dirtyShare && !isBlack,
      picture_wrong_size: sizeSkips > this.#sizeSkips,
      picture_low_rate: this.#rateShare < config.lowRateShare,
      calibration_drifted: Math.abs(driftRad) > (config.driftedDeg * Math.PI) / 180,
    };
    this.#sizeSkips = sizeSkips;
    let hasChanged = false;
    for (const code of pictureCodes) {
      const beginS = saidAtOnce.has(code) ? 0 : config.beginS;
      if (this.#held.get(code)!.take(found[code], timeNs, beginS, config.endS)) hasChanged = true;
    }
    if (hasChanged) this.#codes = pictureCodes.filter((code) => this.#held.get(code)!.isSaid);
    return this.#codes;
  }

  #countRate(timeNs: bigint): void {
    this.#rateStartNs ??= timeNs;
    const spanS = Number(timeNs - this.#rateStartNs) / 1e9;
    if (spanS >= rateWindowS) {
      const rateHz = (this.#rateFrames + 1) / spanS;
      const nominalHz = this.#nominalRateHz;
      this.#rateShare = nominalHz === undefined ? 1 : rateHz / nominalHz;
      this.#rateStartNs = timeNs;
      this.#rateFrames = 0;
    } else this.#rateFrames++;
  }
}

/** Live sources are always watched, recorded ones only if the pipeline file sets `pictureHealth`. */
export function pictureWatchOf(
  info: SourceInfo,
  config: PictureHealthConfig | undefined,
): PictureWatch | undefined {
  if (config === undefined && info.isLive !== true) return undefined;
  const { layout, nominalRateHz } = info;
  return new PictureWatch(layout, nominalRateHz, config ?? pictureHealthSchema.parse({}));
}
