import type { RenderTarget } from '../raster/render-target.js';
import type { Haze } from './haze.js';
import { hazeKernel } from './haze-kernel.js';

/** From this inverse depth on, 1/metres, objects are near and get no haze. */
const nearest = 0.25;
const steps = 2048;
const stepsPerInverseM = steps / nearest;

/**
 * Mixes the air's colour over distant pixels, in place: `perM` is the extinction per metre, `colour` red, green, blue
 * 0..255. Computed by WebAssembly SIMD if the engine has it, with the same bytes as `addHazePlainly`, which defines
 * it.
 */
export function addHaze(target: RenderTarget, perM: number, colour: readonly number[]): void {
  const haze = hazeOf(perM, colour);
  const kernel = hazeKernel();
  if (kernel) kernel.add(target, haze);
  else addHazePlainly(target, haze);
}

/** Builds the air's table. */
export function hazeOf(perM: number, colour: readonly number[]): Haze {
  const kept = Uint16Array.from({ length: steps }, (_, i) =>
    Math.round(256 * Math.exp((-perM * stepsPerInverseM) / (i + 0.5))),
  );
  const [red, green, blue] = colour.map((channel) => Math.min(255, Math.round(channel)));
  return { kept, stepsPerInverseM, air: (red! | (green! << 8) | (blue! << 16)) >>> 0 };
}

/** Defines addHaze. */
export function addHazePlainly(target: RenderTarget, { kept: table, air }: Haze): void {
  const { colours, inverseDepths } = target;
  // Red and blue share one number: two weights that add up to 256 keep each within its sixteen bits.
  const airRedBlue = air & 0xff00ff;
  const airGreen = (air >>> 8) & 255;
  for (let at = 0; at < colours.length; at++) {
    const inverse = inverseDepths[at]!;
    if (inverse === 0 || inverse >= nearest) continue;
    const kept = table[(inverse * stepsPerInverseM) | 0]!;
    if (kept >= 255) continue;
    const lost = 256 - kept;
    const old = colours[at]!;
    const redBlue = (Math.imul(old & 0xff00ff, kept) + Math.imul(airRedBlue, lost)) | 0;
    const even = ((old >>> 8) & 255) * kept + airGreen * lost;
    colours[at] = (old & 0xff000000) | ((redBlue >>> 8) & 0xff00ff) | (even & 0xff00);
  }
}
