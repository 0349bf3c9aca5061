/** A choice of layers that stay in float, and the network's loss with it. */
export interface Trial<Result> {
  floatLayers: readonly string[];
  /** Score lost, 0..1; negative if the integers happen to score better. */
  loss: number;
  result: Result;
}

/**
 * Finds the smallest number of layers, worst first, that must stay in float for the loss to be at most `largestLoss`: tries
 * none, then one, two, four and so on, then bisects between the last two. `worstFirst` is called only if no float layers
 * are not enough. Returns the trial that keeps the bound, or, if none does, the one that lost least, with `isReached` false.
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

  /** Bisects for fewer layers than `enough`, more than `low`. */
  async function narrow(enough: Trial<Result>, low: number): Promise<Trial<Result>> {
    const high = enough.floatLayers.length;
    if (high - low <= 1) return enough;
    const middle = Math.floor((low + high) / 2);
    const found = await attempt(ranked.slice(0, middle));
    return found.loss <= largestLoss ? narrow(found, low) : narrow(enough, middle);
  }
}
