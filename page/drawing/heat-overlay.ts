import type { Heat } from '../../src/explanation/heat.js';
import type { Sheet } from './sheet.js';

/** Like `windshield explain`: the colour of places that count, its largest opacity, and the dimming of the picture below. */
const hotRgb = [255, 64, 32] as const;
const mostOpacity = 0.75;
const darkness = 'rgb(0 0 0 / 0.4)';

/** Paints a heat map over a frame. */
export class HeatOverlay {
  readonly #canvas = document.createElement('canvas');
  readonly #context = this.#canvas.getContext('2d')!;
  #drawn: Heat | undefined;

  draw({ context, widthPx, heightPx }: Sheet, heat: Heat): void {
    if (heat !== this.#drawn) this.#paint(heat);
    context.fillStyle = darkness;
    context.fillRect(0, 0, widthPx, heightPx);
    context.drawImage(this.#canvas, 0, 0, widthPx, heightPx);
  }

  #paint(heat: Heat): void {
    const { columns, rows, values } = heat;
    this.#canvas.width = columns;
    this.#canvas.height = rows;
    const image = new ImageData(columns, rows);
    for (const [i, value] of values.entries())
      image.data.set([...hotRgb, value * mostOpacity], i * 4);
    this.#context.putImageData(image, 0, 0);
    this.#drawn = heat;
  }
}
