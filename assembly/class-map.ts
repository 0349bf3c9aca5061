// The class with the highest score, for many pixels at a time.

/**
 * to[i] = class with the highest score of pixel i, the lowest id among equals, for i in 0 .. count - 1, count a
 * multiple of 16. Plane c of the scores, float32, starts at `scores + c * planeBytes`. A score that is no number
 * never wins.
 */
export function classMap(
  scores: usize,
  planeBytes: usize,
  classCount: i32,
  count: usize,
  to: usize,
): void {
  const lowest = f32x4.splat(-Infinity);
  for (const end = to + count; to < end; to += 16, scores += 64) {
    let bestA = numberOr(v128.load(scores), lowest);
    let bestB = numberOr(v128.load(scores, 16), lowest);
    let bestC = numberOr(v128.load(scores, 32), lowest);
    let bestD = numberOr(v128.load(scores, 48), lowest);
    let idA = i32x4.splat(0);
    let idB = idA;
    let idC = idA;
    let idD = idA;
    let at = scores;
    for (let id = 1; id < classCount; id++) {
      at += planeBytes;
      const ids = i32x4.splat(id);
      const a = v128.load(at);
      const b = v128.load(at, 16);
      const c = v128.load(at, 32);
      const d = v128.load(at, 48);
      const wonA = f32x4.gt(a, bestA);
      const wonB = f32x4.gt(b, bestB);
      const wonC = f32x4.gt(c, bestC);
      const wonD = f32x4.gt(d, bestD);
      bestA = v128.bitselect(a, bestA, wonA);
      bestB = v128.bitselect(b, bestB, wonB);
      bestC = v128.bitselect(c, bestC, wonC);
      bestD = v128.bitselect(d, bestD, wonD);
      idA = v128.bitselect(ids, idA, wonA);
      idB = v128.bitselect(ids, idB, wonB);
      idC = v128.bitselect(ids, idC, wonC);
      idD = v128.bitselect(ids, idD, wonD);
    }
    const low = i16x8.narrow_i32x4_u(idA, idB);
    const high = i16x8.narrow_i32x4_u(idC, idD);
    v128.store(to, i8x16.narrow_i16x8_u(low, high));
  }
}

/** Nothing is greater than NaN: it must not stand as the score to beat. */
function numberOr(values: v128, otherwise: v128): v128 {
  return v128.bitselect(values, otherwise, f32x4.eq(values, values));
}
