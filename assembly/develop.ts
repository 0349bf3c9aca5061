// The camera: from ideal pixels through the lens to a picture.

/** From red to green and to blue in the noise, values. */
const greenStep: i32 = 21701;
const blueStep: i32 = 43403;

/** `value`, 0..256, in the four 16-bit lanes of a pixel. */
function spread(value: i32): i64 {
  return i64(value) * 0x0001000100010001;
}

function clamped(value: i32): i32 {
  return min(255, max(0, value));
}

/**
 * A row of the picture, packed rgb8, from ideal pixels of 8 bits each in red, green, blue, alpha. `offsets` int32: index
 * of the upper left of four pixels, the lower ones `strideBytes` further; `rightWeights` and `lowerWeights` uint16, 0..256.
 * `curves` uint8 [3, 256]; `squaredX` float64 [count]; `noise` int16 [65536], address 0 for none, red's beginning at `noiseAt`.
 */
export function developRow(
  colours: usize,
  strideBytes: usize,
  offsets: usize,
  rightWeights: usize,
  lowerWeights: usize,
  count: i32,
  curves: usize,
  vignette: f64,
  squaredX: usize,
  squaredY: f64,
  noise: usize,
  noiseAt: i32,
  out: usize,
): void {
  for (let x = 0; x < count; x++) {
    const from = colours + (usize(load<u32>(offsets)) << 2);
    const right = i32(load<u16>(rightWeights));
    const lower = i32(load<u16>(lowerWeights));
    const d = (right * lower) >> 8;
    const upperWeights = i64x2.replace_lane(
      i64x2.splat(spread(256 - right - lower + d)),
      1,
      spread(right - d),
    );
    const lowerTwo = i64x2.replace_lane(i64x2.splat(spread(lower - d)), 1, spread(d));
    const upper = i16x8.extend_low_i8x16_u(v128.load64_zero(from));
    const below = i16x8.extend_low_i8x16_u(v128.load64_zero(from + strideBytes));
    const sums = i16x8.add(i16x8.mul(upper, upperWeights), i16x8.mul(below, lowerTwo));
    // The weights add up to 256: no lane carries into the next.
    const sum = i64x2.extract_lane(sums, 0) + i64x2.extract_lane(sums, 1);
    let red = i32(load<u8>(curves + usize((sum >> 8) & 255)));
    let green = i32(load<u8>(curves + 256 + usize((sum >> 24) & 255)));
    let blue = i32(load<u8>(curves + 512 + usize((sum >> 40) & 255)));
    if (vignette > 0) {
      const dim = i32(256 - vignette * (load<f64>(squaredX) + squaredY) * 128);
      red = (red * dim) >> 8;
      green = (green * dim) >> 8;
      blue = (blue * dim) >> 8;
    }
    if (noise !== 0) {
      red += i32(load<i16>(noise + (usize(noiseAt & 0xffff) << 1)));
      green += i32(load<i16>(noise + (usize((noiseAt + greenStep) & 0xffff) << 1)));
      blue += i32(load<i16>(noise + (usize((noiseAt + blueStep) & 0xffff) << 1)));
      noiseAt++;
    }
    store<u8>(out, clamped(red));
    store<u8>(out, clamped(green), 1);
    store<u8>(out, clamped(blue), 2);
    offsets += 4;
    rightWeights += 2;
    lowerWeights += 2;
    squaredX += 8;
    out += 3;
  }
}

/**
 * One row mixed with its 3x3 binomial blur, of which it gets `share` sixteenths: from the row at `from` and its neighbours,
 * `rowBytes` before and after, to `to`; the first and last pixel are left alone. `columns`: room for a row of uint16.
 */
export function softenRow(
  from: usize,
  rowBytes: usize,
  columns: usize,
  share: i32,
  to: usize,
): void {
  for (let i: usize = 0; i < rowBytes; i += 8) {
    const before = v128.load8x8_u(from + i - rowBytes);
    const own = v128.load8x8_u(from + i);
    const after = v128.load8x8_u(from + i + rowBytes);
    v128.store(columns + (i << 1), i16x8.add(i16x8.add(before, after), i16x8.add(own, own)));
  }
  const keep = i16x8.splat(i16(16 * (16 - share)));
  const shares = i16x8.splat(i16(share));
  const half = i16x8.splat(128);
  const end = rowBytes - 3;
  let i: usize = 3;
  for (; i + 8 <= end; i += 8) {
    const middle = v128.load(columns + (i << 1));
    const sides = i16x8.add(
      v128.load(columns + ((i - 3) << 1)),
      v128.load(columns + ((i + 3) << 1)),
    );
    const soft = i16x8.add(sides, i16x8.add(middle, middle));
    const own = i16x8.mul(v128.load8x8_u(from + i), keep);
    // At most 255 * 256 + 128: within sixteen bits.
    const mixed = i16x8.shr_u(i16x8.add(i16x8.add(own, i16x8.mul(soft, shares)), half), 8);
    v128.store64_lane(to + i, i8x16.narrow_i16x8_u(mixed, mixed), 0);
  }
  for (; i < end; i++) {
    const soft =
      i32(load<u16>(columns + ((i - 3) << 1))) +
      2 * i32(load<u16>(columns + (i << 1))) +
      i32(load<u16>(columns + ((i + 3) << 1)));
    store<u8>(to + i, (i32(load<u8>(from + i)) * 16 * (16 - share) + soft * share + 128) >> 8);
  }
}
