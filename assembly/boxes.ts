// Means over boxes, placed between whole pixels: the sum over rows 0 .. height - 1 and columns 0 .. width - 1, plus
// the share farX of (last column - first column), and with the rows in the same way. `offsets` holds the address
// of each box's first pixel, `shares` farX and farY as float32, 0..1.

/**
 * Boxes of interleaved red, green and blue. Each channel's sum times its scale plus its bias goes to a float32 plane.
 * Every other column has at most 256 pixels and either side at most 128, so that the sums fit 16 bits.
 */
export function boxRgb(
  offsets: usize,
  shares: usize,
  count: i32,
  stride: usize,
  width: i32,
  height: i32,
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
  const wholeGroups = width >> 3;
  const rest = width & 7;
  const evenColumn = i16x8(-1, -1, -1, 0, 0, 0, 0, 0);
  const scale = f32x4(scaleR, scaleG, scaleB, 0);
  const bias = f32x4(biasR, biasG, biasB, 0);
  while (offsets < end) {
    const start: usize = load<u32>(offsets);
    let sum = i16x8.splat(0);
    let down = sum;
    let firstSum = sum;
    let firstDown = sum;
    let lastSum = sum;
    let lastDown = sum;
    // Eight columns are 24 bytes: added up over the rows first, then over the columns.
    for (let group = 0; group <= wholeGroups; group++) {
      let at = start + <usize>group * 24;
      const a0 = v128.load8x8_u(at);
      const b0 = v128.load8x8_u(at, 8);
      const c0 = v128.load8x8_u(at, 16);
      let a = a0;
      let b = b0;
      let c = c0;
      for (let row = 1; row < height; row++) {
        at += stride;
        a = i16x8.add(a, v128.load8x8_u(at));
        b = i16x8.add(b, v128.load8x8_u(at, 8));
        c = i16x8.add(c, v128.load8x8_u(at, 16));
      }
      at += stride;
      const aDown = i16x8.sub(v128.load8x8_u(at), a0);
      const bDown = i16x8.sub(v128.load8x8_u(at, 8), b0);
      const cDown = i16x8.sub(v128.load8x8_u(at, 16), c0);
      // Two columns a vector: red, green, blue, red, green, blue and two lanes of no use.
      const sum23 = v128.shuffle<i16>(a, b, 6, 7, 8, 9, 10, 11, 12, 13);
      const sum45 = v128.shuffle<i16>(b, c, 4, 5, 6, 7, 8, 9, 10, 11);
      const sum67 = v128.shuffle<i16>(c, c, 2, 3, 4, 5, 6, 7, 0, 1);
      const down23 = v128.shuffle<i16>(aDown, bDown, 6, 7, 8, 9, 10, 11, 12, 13);
      const down45 = v128.shuffle<i16>(bDown, cDown, 4, 5, 6, 7, 8, 9, 10, 11);
      const down67 = v128.shuffle<i16>(cDown, cDown, 2, 3, 4, 5, 6, 7, 0, 1);
      if (group === 0) {
        firstSum = a;
        firstDown = aDown;
      }
      if (group < wholeGroups) {
        sum = i16x8.add(sum, i16x8.add(i16x8.add(a, sum23), i16x8.add(sum45, sum67)));
        down = i16x8.add(down, i16x8.add(i16x8.add(aDown, down23), i16x8.add(down45, down67)));
        continue;
      }
      lastSum = a;
      lastDown = aDown;
      if (rest >= 2) {
        sum = i16x8.add(sum, a);
        down = i16x8.add(down, aDown);
        lastSum = sum23;
        lastDown = down23;
      }
      if (rest >= 4) {
        sum = i16x8.add(sum, sum23);
        down = i16x8.add(down, down23);
        lastSum = sum45;
        lastDown = down45;
      }
      if (rest >= 6) {
        sum = i16x8.add(sum, sum45);
        down = i16x8.add(down, down45);
        lastSum = sum67;
        lastDown = down67;
      }
      if (rest & 1) {
        sum = i16x8.add(sum, v128.and(lastSum, evenColumn));
        down = i16x8.add(down, v128.and(lastDown, evenColumn));
        lastSum = oddColumn(lastSum);
        lastDown = oddColumn(lastDown);
      }
    }
    const farX = v128.load32_splat(shares);
    const farY = v128.load32_splat(shares, 4);
    // Even and odd columns fit 16 bits apart, not together.
    const evenSum = i32x4.extend_low_i16x8_u(sum);
    const oddSum = i32x4.extend_low_i16x8_u(oddColumn(sum));
    const whole = f32x4.convert_i32x4_u(i32x4.add(evenSum, oddSum));
    const across = floatLanes(i16x8.sub(lastSum, firstSum));
    const below = floatLanes(i16x8.add(down, oddColumn(down)));
    const corner = floatLanes(i16x8.sub(lastDown, firstDown));
    const near = f32x4.add(whole, f32x4.mul(farX, across));
    const far = f32x4.add(below, f32x4.mul(farX, corner));
    const mean = f32x4.add(f32x4.mul(f32x4.add(near, f32x4.mul(farY, far)), scale), bias);
    v128.store32_lane(red, mean, 0);
    v128.store32_lane(green, mean, 1);
    v128.store32_lane(blue, mean, 2);
    offsets += 4;
    shares += 8;
    red += 4;
    green += 4;
    blue += 4;
  }
}

/** Moves the second of two columns to the first three lanes. */
function oddColumn(columns: v128): v128 {
  return v128.shuffle<i16>(columns, columns, 3, 4, 5, 6, 7, 0, 1, 2);
}

function floatLanes(lanes: v128): v128 {
  return f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(lanes));
}

/**
 * Boxes of one channel of a plane whose pixels have one or two bytes. `patterns` holds `vectors` pairs of i16x8, for 8
 * bytes of a row each: 1 where a byte counts, and +1, -1 where its weight grows or shrinks with farX. Sums times `scale`
 * go to float32 `out`. height is at most 128, so that a column's sum fits 16 bits.
 */
export function boxPlane(
  offsets: usize,
  shares: usize,
  count: i32,
  stride: usize,
  height: i32,
  patterns: usize,
  vectors: i32,
  out: usize,
  scale: f32,
): void {
  const end = offsets + ((<usize>count) << 2);
  const downToLast = <usize>height * stride;
  while (offsets < end) {
    const start: usize = load<u32>(offsets);
    const farX = i16x8.splat(<i16>nearest(load<f32>(shares) * 2048));
    const farY = load<f32>(shares, 4);
    let whole = i32x4.splat(0);
    let down = i32x4.splat(0);
    for (let k = 0; k < vectors; k++) {
      let at = start + ((<usize>k) << 3);
      const first = v128.load8x8_u(at);
      const last = v128.load8x8_u(at + downToLast);
      let sum = first;
      for (let row = 1; row < height; row++) {
        at += stride;
        sum = i16x8.add(sum, v128.load8x8_u(at));
      }
      const pattern = patterns + ((<usize>k) << 5);
      const counts = i16x8.shl(v128.load(pattern), 11);
      const weights = i16x8.add(counts, i16x8.mul(v128.load(pattern, 16), farX));
      whole = i32x4.add(whole, i32x4.dot_i16x8_s(sum, weights));
      down = i32x4.add(down, i32x4.dot_i16x8_s(i16x8.sub(last, first), weights));
    }
    store<f32>(out, (<f32>laneSum(whole) + farY * <f32>laneSum(down)) * scale);
    offsets += 4;
    shares += 8;
    out += 4;
  }
}

function laneSum(lanes: v128): i32 {
  const pairs = i32x4.add(lanes, v128.shuffle<i32>(lanes, lanes, 2, 3, 0, 1));
  return i32x4.extract_lane(pairs, 0) + i32x4.extract_lane(pairs, 1);
}
