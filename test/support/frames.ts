import { mulberry32 } from '../../src/bundle/golden.js';
import type { InputSpec } from '../../src/bundle/input-spec.js';
import { type FrameLayout, frameBytes } from '../../src/frame/frame.js';

/** An input spec that changes nothing it need not: the whole frame, stretched, rgb 0..255 in planes. */
export function inputSpec(changes: Partial<InputSpec> = {}): InputSpec {
  return {
    regionNorm: [0, 0, 1, 1],
    fit: 'stretch',
    widthPx: 8,
    heightPx: 8,
    colour: 'rgb',
    layout: 'nchw',
    mean: [0, 0, 0],
    scale: [1, 1, 1],
    padValue: 114,
    ...changes,
  };
}

/** A frame of noise, its padding bytes included, so that reading them shows. */
export function noiseFrame(layout: FrameLayout, seed: number): Uint8Array {
  const next = mulberry32(seed);
  return Uint8Array.from({ length: frameBytes(layout) }, () => next() * 256);
}

/** A packed rgb8 frame whose colours a function of the pixel's column and row gives. */
export function paintedFrame(
  widthPx: number,
  heightPx: number,
  colourAt: (column: number, row: number) => readonly [number, number, number],
): { layout: FrameLayout; pixels: Uint8Array } {
  const layout: FrameLayout = { format: 'rgb8', widthPx, heightPx, strideBytes: widthPx * 3 };
  const pixels = new Uint8Array(frameBytes(layout));
  for (let row = 0; row < heightPx; row++) {
    for (let column = 0; column < widthPx; column++) {
      pixels.set(colourAt(column, row), (row * widthPx + column) * 3);
    }
  }
  return { layout, pixels };
}
