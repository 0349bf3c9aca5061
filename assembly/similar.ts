// Distances of rough codes: AssemblyScript, compiled to WebAssembly SIMD by bin/build-kernel.js. What it computes is defined in
// plain TypeScript by tools/similar/rough-codes.ts; tools/similar/rough-scan.ts lays out the memory and calls it.

/**
 * out[i], float32 = max(0, |s q_i - t r| - e), for i in 0 .. count - 1: `codes` int8 [count, dims], each row a q; `query`
 * int16 [dims], r; dims a multiple of 8. scale is s^2, crossScale 2 s t, queryNorm |t r|^2, error e. Sums of products must fit
 * in 31 bits.
 */
export function lowerBounds(
  query: usize,
  codes: usize,
  dims: usize,
  count: i32,
  out: usize,
  scale: f64,
  crossScale: f64,
  queryNorm: f64,
  error: f64,
): void {
  for (const end = out + (usize(count) << 2); out < end; out += 4) {
    let product = i32x4.splat(0);
    let own = i32x4.splat(0);
    let at = query;
    for (const last = codes + dims; codes < last; codes += 8, at += 16) {
      const code = v128.load8x8_s(codes);
      product = i32x4.add(product, i32x4.dot_i16x8_s(code, v128.load(at)));
      own = i32x4.add(own, i32x4.dot_i16x8_s(code, code));
    }
    const square = scale * f64(sumOf(own)) - crossScale * f64(sumOf(product)) + queryNorm;
    const bound = sqrt(max(0, square)) - error;
    store<f32>(out, f32(max(0, bound)));
  }
}

function sumOf(sums: v128): i32 {
  const pairs = i32x4.add(sums, i32x4.shuffle(sums, sums, 2, 3, 0, 1));
  return i32x4.extract_lane(pairs, 0) + i32x4.extract_lane(pairs, 1);
}
