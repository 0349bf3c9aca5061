// The air before what is far away.

/** Inverse depths from here on, 1/metres, are near: no air. */
const nearest: f32 = 0.25;

/**
 * Mixes the air's colour into `count` pixels, a multiple of 4, in place: 8 bits each of red, green, blue and of what is left
 * alone. `inverseDepths` float32, 0 for the sky, which has no air before it; `kept` uint16 [steps], 0..256: what is left of a
 * colour at step inverse depth times `scale`, a power of two, so that float32 is exact.
 */
export function addHaze(
  colours: usize,
  inverseDepths: usize,
  count: i32,
  kept: usize,
  scale: f32,
  air: u32,
): void {
  const airPair = i16x8.extend_low_i8x16_u(i32x4.splat(i32(air)));
  const whole = i16x8.splat(256);
  const colourBits = i32x4.splat(0x00ffffff);
  for (
    const end = colours + (usize(count) << 2);
    colours < end;
    colours += 16, inverseDepths += 16
  ) {
    const inverse = v128.load(inverseDepths);
    const isHazed = v128.and(
      f32x4.gt(inverse, f32x4.splat(0)),
      f32x4.lt(inverse, f32x4.splat(nearest)),
    );
    if (!v128.any_true(isHazed)) continue;
    const step = i32x4.trunc_sat_f32x4_s(f32x4.mul(v128.and(inverse, isHazed), f32x4.splat(scale)));
    let keep = i32x4.splat(keptAt(kept, i32x4.extract_lane(step, 0)));
    keep = i32x4.replace_lane(keep, 1, keptAt(kept, i32x4.extract_lane(step, 1)));
    keep = i32x4.replace_lane(keep, 2, keptAt(kept, i32x4.extract_lane(step, 2)));
    keep = i32x4.replace_lane(keep, 3, keptAt(kept, i32x4.extract_lane(step, 3)));
    // A quarter of a grey level of air is none; where there is none 256 leaves the colour as it is.
    const hasAir = v128.and(isHazed, i32x4.lt_s(keep, i32x4.splat(255)));
    keep = v128.bitselect(keep, i32x4.splat(256), hasAir);
    const lowKeep = i8x16.shuffle(keep, keep, 0, 1, 0, 1, 0, 1, 0, 1, 4, 5, 4, 5, 4, 5, 4, 5);
    const upper = i64x2.splat(i64x2.extract_lane(keep, 1));
    const highKeep = i8x16.shuffle(upper, upper, 0, 1, 0, 1, 0, 1, 0, 1, 4, 5, 4, 5, 4, 5, 4, 5);
    const old = v128.load(colours);
    const low = mixed(i16x8.extend_low_i8x16_u(old), lowKeep, airPair, whole);
    const high = mixed(i16x8.extend_high_i8x16_u(old), highKeep, airPair, whole);
    const hazed = i8x16.narrow_i16x8_u(low, high);
    v128.store(colours, v128.bitselect(hazed, old, colourBits));
  }
}

function keptAt(kept: usize, step: i32): i32 {
  return i32(load<u16>(kept + (usize(step) << 1)));
}

/** At most 255 * 256: within sixteen bits. */
function mixed(old: v128, keep: v128, air: v128, whole: v128): v128 {
  const sum = i16x8.add(i16x8.mul(old, keep), i16x8.mul(air, i16x8.sub(whole, keep)));
  return i16x8.shr_u(sum, 8);
}
