// Colours of whole runs of float32 planes. Counts are multiples of 4.

/**
 * Y, U, V as video carries them (BT.601, limited range: Y 16..235, U and V 16..240) to red, green, blue in place,
 * clamped to 0..255.
 */
export function rgbFromVideo(first: usize, second: usize, third: usize, count: i32): void {
  const none = f32x4.splat(0);
  const full = f32x4.splat(255);
  const end = first + ((<usize>count) << 2);
  while (first < end) {
    const light = f32x4.mul(
      f32x4.sub(v128.load(first), f32x4.splat(16)),
      f32x4.splat(255.0 / 219.0),
    );
    const u = f32x4.sub(v128.load(second), f32x4.splat(128));
    const v = f32x4.sub(v128.load(third), f32x4.splat(128));
    const red = f32x4.add(light, f32x4.mul(v, f32x4.splat((1.402 * 255.0) / 224.0)));
    const green = f32x4.sub(
      f32x4.sub(light, f32x4.mul(u, f32x4.splat((0.344136 * 255.0) / 224.0))),
      f32x4.mul(v, f32x4.splat((0.714136 * 255.0) / 224.0)),
    );
    const blue = f32x4.add(light, f32x4.mul(u, f32x4.splat((1.772 * 255.0) / 224.0)));
    v128.store(first, f32x4.pmin(full, f32x4.pmax(none, red)));
    v128.store(second, f32x4.pmin(full, f32x4.pmax(none, green)));
    v128.store(third, f32x4.pmin(full, f32x4.pmax(none, blue)));
    first += 16;
    second += 16;
    third += 16;
  }
}

/** out = red * fromRed + green * fromGreen + blue * fromBlue + bias. */
export function mix(
  red: usize,
  green: usize,
  blue: usize,
  count: i32,
  out: usize,
  fromRed: f32,
  fromGreen: f32,
  fromBlue: f32,
  bias: f32,
): void {
  const end = red + ((<usize>count) << 2);
  while (red < end) {
    const r = f32x4.mul(v128.load(red), f32x4.splat(fromRed));
    const g = f32x4.mul(v128.load(green), f32x4.splat(fromGreen));
    const b = f32x4.mul(v128.load(blue), f32x4.splat(fromBlue));
    v128.store(out, f32x4.add(f32x4.add(f32x4.add(r, g), b), f32x4.splat(bias)));
    red += 16;
    green += 16;
    blue += 16;
    out += 16;
  }
}

/** values = values * scale + bias, in place. */
export function normalise(values: usize, count: i32, scale: f32, bias: f32): void {
  const end = values + ((<usize>count) << 2);
  for (; values < end; values += 16) {
    const scaled = f32x4.mul(v128.load(values), f32x4.splat(scale));
    v128.store(values, f32x4.add(scaled, f32x4.splat(bias)));
  }
}

/** Three planes of `count` values become `count` triples. */
export function interleave(
  first: usize,
  second: usize,
  third: usize,
  count: i32,
  out: usize,
): void {
  for (let i = 0; i < count; i++) {
    store<f32>(out, load<f32>(first));
    store<f32>(out, load<f32>(second), 4);
    store<f32>(out, load<f32>(third), 8);
    first += 4;
    second += 4;
    third += 4;
    out += 12;
  }
}
