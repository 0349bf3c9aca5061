/** How well a car was driven, from one sample per frame. */
export interface DriveQuality {
  meanOffsetM: number;
  p95OffsetM: number;
  meanHeadingErrorRad: number;
  /** 95th percentile of the lateral jerk, m/s³. */
  jerkP95: number;
}

/** Samples of a drive, one per frame. */
export class LapStatistics {
  readonly #offsetsM: number[] = [];
  readonly #headingErrorsRad: number[] = [];
  readonly #jerks: number[] = [];
  #lastMps2: number | undefined;

  /**
   * Offset from the lane's centre, heading relative to the lane's, and lateral acceleration, `dtS` after the last
   * sample.
   */
  add(offsetM: number, headingErrorRad: number, sidewaysMps2: number, dtS: number): void {
    this.#offsetsM.push(Math.abs(offsetM));
    this.#headingErrorsRad.push(Math.abs(headingErrorRad));
    if (this.#lastMps2 !== undefined)
      this.#jerks.push(Math.abs(sidewaysMps2 - this.#lastMps2) / dtS);
    this.#lastMps2 = sidewaysMps2;
  }

  /** The car was put elsewhere, so the next sample gives no change from the last. */
  breakOff(): void {
    this.#lastMps2 = undefined;
  }

  get quality(): DriveQuality {
    return {
      meanOffsetM: mean(this.#offsetsM),
      p95OffsetM: percentile95(this.#offsetsM),
      meanHeadingErrorRad: mean(this.#headingErrorsRad),
      jerkP95: percentile95(this.#jerks),
    };
  }
}

const mean = (values: readonly number[]) =>
  values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;

/** Nearest rank. */
function percentile95(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * 0.95) - 1)] ?? 0;
}
