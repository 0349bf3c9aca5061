/** A picture of one channel, row-major; values 0..255. */
export interface GreyPicture {
  widthPx: number;
  heightPx: number;
  data: Float32Array;
}

/** Luma of packed rgb8 by Rec. 601, with the weights of OpenCV's cvtColor. */
export function greyFromRgb(rgb: {
  widthPx: number;
  heightPx: number;
  data: Uint8Array;
}): GreyPicture {
  const { widthPx, heightPx, data } = rgb;
  const grey = new Float32Array(widthPx * heightPx);
  for (let i = 0, from = 0; i < grey.length; i++, from += 3)
    grey[i] = 0.299 * data[from]! + 0.587 * data[from + 1]! + 0.114 * data[from + 2]!;
  return { widthPx, heightPx, data: grey };
}

/** Value at a position between pixels, clamped to the border. */
export function sampleGrey({ widthPx, heightPx, data }: GreyPicture, u: number, v: number): number {
  const x = Math.min(Math.max(u, 0), widthPx - 1.001);
  const y = Math.min(Math.max(v, 0), heightPx - 1.001);
  const x0 = Math.floor(x);
  const y0 = Math.floor(y);
  const at = y0 * widthPx + x0;
  const fx = x - x0;
  const fy = y - y0;
  const top = data[at]! + fx * (data[at + 1]! - data[at]!);
  const bottom = data[at + widthPx]! + fx * (data[at + widthPx + 1]! - data[at + widthPx]!);
  return top + fy * (bottom - top);
}

/** Separable Gaussian blur with clamped borders. `across` and `out` have the picture's size and are overwritten. */
export function blurGrey(
  picture: GreyPicture,
  sigmaPx: number,
  across: Float32Array = new Float32Array(picture.data.length),
  out: Float32Array = new Float32Array(picture.data.length),
): GreyPicture {
  const radius = Math.ceil(sigmaPx * 3);
  const taps = Float32Array.from({ length: 2 * radius + 1 }, (_, i) =>
    Math.exp(-((i - radius) ** 2) / (2 * sigmaPx * sigmaPx)),
  );
  const sum = taps.reduce((total, tap) => total + tap, 0);
  for (let i = 0; i < taps.length; i++) taps[i]! /= sum;
  const { widthPx, heightPx, data } = picture;
  for (let y = 0; y < heightPx; y++) {
    const row = y * widthPx;
    for (let x = 0; x < widthPx; x++) {
      let total = 0;
      if (x >= radius && x < widthPx - radius)
        for (let k = 0, from = row + x - radius; k < taps.length; k++, from++)
          total += taps[k]! * data[from]!;
      else
        for (let k = 0; k < taps.length; k++)
          total += taps[k]! * data[row + Math.min(Math.max(x + k - radius, 0), widthPx - 1)]!;
      across[row + x] = total;
    }
  }
  out.fill(0);
  for (let y = 0; y < heightPx; y++)
    for (let k = 0; k < taps.length; k++) {
      const from = Math.min(Math.max(y + k - radius, 0), heightPx - 1) * widthPx;
      const tap = taps[k]!;
      for (let x = 0, at = y * widthPx; x < widthPx; x++, at++) out[at]! += tap * across[from + x]!;
    }
  return { widthPx, heightPx, data: out };
}

/** Halves the size; each pixel is the mean of four. An odd last row or column is dropped. */
export function halveGrey({ widthPx, heightPx, data }: GreyPicture): GreyPicture {
  const width = widthPx >> 1;
  const height = heightPx >> 1;
  const half = new Float32Array(width * height);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const from = 2 * y * widthPx + 2 * x;
      half[y * width + x] =
        (data[from]! + data[from + 1]! + data[from + widthPx]! + data[from + widthPx + 1]!) / 4;
    }
  return { widthPx: width, heightPx: height, data: half };
}
