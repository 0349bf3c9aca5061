/** A picture with its mip chain. Texels are packed little-endian: red in the low byte, alpha in the high one. */
export interface Texture {
  /** Level 0 first, each half as wide and high; sizes are powers of two. */
  levels: { widthPx: number; heightPx: number; texels: Uint32Array }[];
}

/** Packs 0..255 channels; rounds and clamps. */
export function packRgba(red: number, green: number, blue: number, alpha = 255): number {
  return (
    ((clampByte(alpha) << 24) |
      (clampByte(blue) << 16) |
      (clampByte(green) << 8) |
      clampByte(red)) >>>
    0
  );
}

function clampByte(value: number): number {
  return value <= 0 ? 0 : value >= 255 ? 255 : (value + 0.5) | 0;
}

/**
 * Builds the mip chain by 2x2 means; colours are weighted by alpha so that cut-outs keep clean edges. With an
 * alphaGain above 1, thin parts of a cut-out stay visible at coarser levels.
 */
export function makeTexture(
  texels: Uint32Array,
  widthPx: number,
  heightPx: number,
  alphaGain = 1,
): Texture {
  const levels = [{ widthPx, heightPx, texels }];
  for (let level = levels[0]!; level.widthPx > 1 || level.heightPx > 1; ) {
    level = halve(level, alphaGain);
    levels.push(level);
  }
  return { levels };
}

function halve(from: Texture['levels'][number], alphaGain: number): Texture['levels'][number] {
  const widthPx = Math.max(1, from.widthPx >> 1);
  const heightPx = Math.max(1, from.heightPx >> 1);
  const texels = new Uint32Array(widthPx * heightPx);
  const stepX = from.widthPx > 1 ? 1 : 0;
  const stepY = from.heightPx > 1 ? from.widthPx : 0;
  for (let y = 0; y < heightPx; y++) {
    for (let x = 0; x < widthPx; x++) {
      const at = (stepY ? y * 2 : 0) * from.widthPx + (stepX ? x * 2 : 0);
      let red = 0;
      let green = 0;
      let blue = 0;
      let alpha = 0;
      for (const offset of [at, at + stepX, at + stepY, at + stepX + stepY]) {
        const texel = from.texels[offset]!;
        const weight = texel >>> 24;
        red += (texel & 255) * weight;
        green += ((texel >>> 8) & 255) * weight;
        blue += ((texel >>> 16) & 255) * weight;
        alpha += weight;
      }
      const scale = alpha > 0 ? 1 / alpha : 0;
      texels[y * widthPx + x] = packRgba(
        red * scale,
        green * scale,
        blue * scale,
        (alpha / 4) * alphaGain,
      );
    }
  }
  return { widthPx, heightPx, texels };
}
