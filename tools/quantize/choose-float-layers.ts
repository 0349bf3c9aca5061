/** A choice of layers that stay in float, and what the network loses with it. */
export interface Trial<Result> {
  floatLayers: readonly string[];
  /** Score lost, 0..1; negative where the integers happen to score better. */
  loss: number;
  result: Result;
}

/**
 * The smallest number of layers, worst first, that must stay in float for the loss to be at most `largestLoss`: none is
 * tried first, then one, two, four and so on, then between the last two. `worstFirst` is called only when none will
 * not do. Returns the trial that keeps the bound, or, when none does, the one that lost least, with `isReached` false.
 */
export async function chooseFloatLayers<Result>(
  largestLoss: number,
  worstFirst: () => readonly string[],
  trial: (floatLayers: readonly string[]) => Promise<{ loss: number; result: Result }>,
): Promise<Trial<Result> & { isReached: boolean }> {
  const attempt = async (floatLayers: readonly string[]): Promise<Trial<Result>> => ({
    floatLayers,
    ...(await trial(floatLayers)),
  });
  let best = await attempt([]);
  if (best.loss <= largestLoss) return { ...best, isReached: true };
  const ranked = worstFirst();
  let tooFew = 0;
  for (let count = 1; tooFew < ranked.length; count = Math.min(2 * count, ranked.length)) {
    const found = await attempt(ranked.slice(0, count));
    if (found.loss < best.loss) best = found;
    if (found.loss <= largestLoss) return { ...(await narrow(found, tooFew)), isReached: true };
    tooFew = count;
  }
  return { ...best, isReached: false };

  /** Fewer layers than `enough`, more than `low`, by halving. */
  async function narrow(enough: Trial<Result>, low: number): Promise<Trial<Result>> {
    const high = enough.floatLayers.length;
    if (high - low <= 1) return enough;
    const middle = Math.floor((low + high) / 2);
    const found = await attempt(ranked.slice(0, middle));
    return found.loss <= largestLoss ? narrow(found, low) : narrow(enough, middle);
  }
}
