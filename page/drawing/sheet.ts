/** A canvas has at least about so many pixels along its width. */
const leastWidthPx = 1280;

/** A canvas that is drawn on in the pixels of a frame. */
export class Sheet {
  readonly context: CanvasRenderingContext2D;
  /** Of the frame. */
  readonly widthPx: number;
  readonly heightPx: number;
  /**
   * Frame pixels for one of a picture that is 1280 wide: what is drawn grows where the canvas is shown small, so that
   * it can be read.
   */
  readonly unitPx: number;

  constructor(context: CanvasRenderingContext2D, widthPx: number, heightPx: number) {
    this.context = context;
    this.widthPx = widthPx;
    this.heightPx = heightPx;
    const { canvas } = context;
    const scale = Math.max(1, Math.ceil(leastWidthPx / Math.max(1, widthPx)));
    if (canvas.width !== widthPx * scale || canvas.height !== heightPx * scale) {
      canvas.width = widthPx * scale;
      canvas.height = heightPx * scale;
    }
    context.setTransform(scale, 0, 0, scale, 0, 0);
    const shownPx = canvas.clientWidth || leastWidthPx;
    this.unitPx = widthPx / Math.min(leastWidthPx, Math.max(600, shownPx));
  }
}
