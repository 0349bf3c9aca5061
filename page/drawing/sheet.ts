/** Least width of a canvas, approximately, pixels. */
const leastWidthPx = 1280;

/** A canvas that is drawn on in a frame's pixels. */
export class Sheet {
  readonly context: CanvasRenderingContext2D;
  /** Size of the frame. */
  readonly widthPx: number;
  readonly heightPx: number;
  /**
   * Frame pixels per pixel of a picture that is 1280 wide: drawings grow if the canvas is shown small, so that they stay
   * legible.
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
