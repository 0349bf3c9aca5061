// Bilinear interpolation at scattered places. `offsets` holds, per pixel, the address of the top left of four
// pixels; `weights` the shares of top left, top right, bottom left, bottom right, as i16 that add up to 16384.
// Counts are multiples of 4. Up to 8 bytes are read at an address.

/**
 * Interpolates `count` pixels of interleaved red, green and blue, `stride` bytes a row; each channel's sum of weighted
 * bytes times its scale plus its bias goes to a float32 plane.
 */
export function gatherRgb(
  offsets: usize,
  weights: usize,
  count: i32,
  stride: usize,
  red: usize,
  green: usize,
  blue: usize,
  scaleR: f32,
  scaleG: f32,
  scaleB: f32,
  biasR: f32,
  biasG: f32,
  biasB: f32,
): void {
  const end = offsets + ((<usize>count) << 2);
  while (offsets < end) {
    const a = rgbSums(load<u32>(offsets), stride, weights);
    const b = rgbSums(load<u32>(offsets, 4), stride, weights + 8);
    const c = rgbSums(load<u32>(offsets, 8), stride, weights + 16);
    const d = rgbSums(load<u32>(offsets, 12), stride, weights + 24);
    // Four pixels of (red, green, blue, nothing) become three planes of four.
    const abRedGreen = v128.shuffle<i32>(a, b, 0, 4, 1, 5);
    const cdRedGreen = v128.shuffle<i32>(c, d, 0, 4, 1, 5);
    const abBlue = v128.shuffle<i32>(a, b, 2, 6, 3, 7);
    const cdBlue = v128.shuffle<i32>(c, d, 2, 6, 3, 7);
    storeScaled(red, v128.shuffle<i64>(abRedGreen, cdRedGreen, 0, 2), scaleR, biasR);
    storeScaled(green, v128.shuffle<i64>(abRedGreen, cdRedGreen, 1, 3), scaleG, biasG);
    storeScaled(blue, v128.shuffle<i64>(abBlue, cdBlue, 0, 2), scaleB, biasB);
    offsets += 16;
    weights += 32;
    red += 16;
    green += 16;
    blue += 16;
  }
}

/** Weighted sums of four pixels: red, green, blue and nothing of use. */
function rgbSums(at: usize, stride: usize, weights: usize): v128 {
  // Left and right of each channel side by side, as 16 bits: 128 stands for a zero.
  const top = i8x16.swizzle(
    v128.load64_zero(at),
    i8x16(0, -128, 3, -128, 1, -128, 4, -128, 2, -128, 5, -128, -128, -128, -128, -128),
  );
  const bottom = i8x16.swizzle(
    v128.load64_zero(at + stride),
    i8x16(0, -128, 3, -128, 1, -128, 4, -128, 2, -128, 5, -128, -128, -128, -128, -128),
  );
  return i32x4.add(
    i32x4.dot_i16x8_s(top, v128.load32_splat(weights)),
    i32x4.dot_i16x8_s(bottom, v128.load32_splat(weights, 4)),
  );
}

function storeScaled(to: usize, sums: v128, scale: f32, bias: f32): void {
  const scaled = f32x4.mul(f32x4.convert_i32x4_s(sums), f32x4.splat(scale));
  v128.store(to, f32x4.add(scaled, f32x4.splat(bias)));
}

/** Interpolates `count` pixels of one byte; sums times `scale` go to float32 `out`. */
export function gatherLuma(
  offsets: usize,
  weights: usize,
  count: i32,
  stride: usize,
  out: usize,
  scale: f32,
): void {
  const end = offsets + ((<usize>count) << 2);
  while (offsets < end) {
    // The four bytes of each of four pixels.
    let bytes = i32x4.splat(0);
    let at: usize = load<u32>(offsets);
    bytes = v128.load16_lane(at, bytes, 0);
    bytes = v128.load16_lane(at + stride, bytes, 1);
    at = load<u32>(offsets, 4);
    bytes = v128.load16_lane(at, bytes, 2);
    bytes = v128.load16_lane(at + stride, bytes, 3);
    at = load<u32>(offsets, 8);
    bytes = v128.load16_lane(at, bytes, 4);
    bytes = v128.load16_lane(at + stride, bytes, 5);
    at = load<u32>(offsets, 12);
    bytes = v128.load16_lane(at, bytes, 6);
    bytes = v128.load16_lane(at + stride, bytes, 7);
    const ab = i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_u(bytes), v128.load(weights));
    const cd = i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_u(bytes), v128.load(weights, 16));
    const tops = v128.shuffle<i32>(ab, cd, 0, 2, 4, 6);
    const bottoms = v128.shuffle<i32>(ab, cd, 1, 3, 5, 7);
    const sums = f32x4.convert_i32x4_s(i32x4.add(tops, bottoms));
    v128.store(out, f32x4.mul(sums, f32x4.splat(scale)));
    offsets += 16;
    weights += 32;
    out += 16;
  }
}

/** Interpolates `count` pixels of two bytes (U, V); sums times `scale` go to two float32 planes. */
export function gatherChroma(
  offsets: usize,
  weights: usize,
  count: i32,
  stride: usize,
  outU: usize,
  outV: usize,
  scale: f32,
): void {
  const end = offsets + ((<usize>count) << 2);
  while (offsets < end) {
    const a = chromaSums(load<u32>(offsets), stride, weights);
    const b = chromaSums(load<u32>(offsets, 4), stride, weights + 8);
    const c = chromaSums(load<u32>(offsets, 8), stride, weights + 16);
    const d = chromaSums(load<u32>(offsets, 12), stride, weights + 24);
    // Each holds U and V of the top, then of the bottom.
    const ab = i32x4.add(v128.shuffle<i64>(a, b, 0, 2), v128.shuffle<i64>(a, b, 1, 3));
    const cd = i32x4.add(v128.shuffle<i64>(c, d, 0, 2), v128.shuffle<i64>(c, d, 1, 3));
    const u = f32x4.convert_i32x4_s(v128.shuffle<i32>(ab, cd, 0, 2, 4, 6));
    const v = f32x4.convert_i32x4_s(v128.shuffle<i32>(ab, cd, 1, 3, 5, 7));
    v128.store(outU, f32x4.mul(u, f32x4.splat(scale)));
    v128.store(outV, f32x4.mul(v, f32x4.splat(scale)));
    offsets += 16;
    weights += 32;
    outU += 16;
    outV += 16;
  }
}

/** U and V of the weighted top, U and V of the weighted bottom. */
function chromaSums(at: usize, stride: usize, weights: usize): v128 {
  const bytes = v128.load32_lane(at + stride, v128.load32_zero(at), 1);
  const pairs = i8x16.swizzle(
    bytes,
    i8x16(0, -128, 2, -128, 1, -128, 3, -128, 4, -128, 6, -128, 5, -128, 7, -128),
  );
  const shares = v128.load64_zero(weights);
  return i32x4.dot_i16x8_s(pairs, v128.shuffle<i32>(shares, shares, 0, 0, 1, 1));
}
