/** Normal quantile of a two-sided interval of 95 %. */
const z95 = 1.959964;

/**
 * The 95 % confidence interval of a probability if `hits` of `count` independent trials succeeded (Wilson 1927);
 * shares 0..1. Without trials it is 0 to 1.
 */
export function wilsonInterval(hits: number, count: number): readonly [low: number, high: number] {
  if (count === 0) return [0, 1];
  const share = hits / count;
  const square = z95 ** 2;
  const middle = share + square / (2 * count);
  const half = z95 * Math.sqrt((share * (1 - share)) / count + square / (4 * count ** 2));
  const scale = 1 + square / count;
  // Rounding would leave the ends slightly inside 0..1.
  return [hits === 0 ? 0 : (middle - half) / scale, hits === count ? 1 : (middle + half) / scale];
}
