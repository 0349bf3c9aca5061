interface RunMap {
  /** Row-major: `runLengths[i]` pixels of class `runClasses[i]`. */
  runLengths: readonly number[];
  runClasses: Uint8Array;
}

/** Number of pixels in which two class maps of one size differ, computed from their runs without expanding a map. */
export function differingPixels(a: RunMap, b: RunMap): number {
  let differing = 0;
  let [i, j] = [0, 0];
  let leftA = a.runLengths[0] ?? 0;
  let leftB = b.runLengths[0] ?? 0;
  while (i < a.runLengths.length && j < b.runLengths.length) {
    const shared = Math.min(leftA, leftB);
    if (a.runClasses[i] !== b.runClasses[j]) differing += shared;
    leftA -= shared;
    leftB -= shared;
    if (leftA === 0) leftA = a.runLengths[++i] ?? 0;
    if (leftB === 0) leftB = b.runLengths[++j] ?? 0;
  }
  return differing;
}
