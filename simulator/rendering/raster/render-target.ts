/**
 * The buffers that one frame is drawn into. `objectIds` identifies what each pixel shows: 0 is sky, lower ids are
 * complete classes, ids from `firstInstanceId` on single objects (see scene-objects.ts).
 */
export class RenderTarget {
  readonly colours: Uint32Array;
  /** 1 / depth along the optical axis, 1/metres; 0 where nothing was drawn. */
  readonly inverseDepths: Float32Array;
  readonly objectIds: Uint16Array;
  /**
   * The last object that covered the pixel, visible or hidden: counts what an object would show if nothing were in
   * front of it.
   */
  readonly coverStamps: Uint16Array;
  /** Pixels that a decal has darkened already: overlapping shadows must not add up. */
  readonly shadowMarks: Uint8Array;

  constructor(
    readonly widthPx: number,
    readonly heightPx: number,
  ) {
    const count = widthPx * heightPx;
    this.colours = new Uint32Array(count);
    this.inverseDepths = new Float32Array(count);
    this.objectIds = new Uint16Array(count);
    this.coverStamps = new Uint16Array(count);
    this.shadowMarks = new Uint8Array(count);
  }

  clear(): void {
    this.inverseDepths.fill(0);
    this.objectIds.fill(0);
    this.coverStamps.fill(0);
    this.shadowMarks.fill(0);
  }
}
