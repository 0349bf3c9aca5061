import { PerceptionError } from '../../frame/perception-error.js';

/** A class map as runs in row order: `runLengths[i]` pixels of class `runClasses[i]`. */
export interface RunLengths {
  runLengths: Uint32Array;
  runClasses: Uint8Array;
}

/** Run-length encodes a class map; neighbouring runs have different classes, none is empty. */
export function encodeRunLengths(classMap: Uint8Array): RunLengths {
  let runCount = classMap.length > 0 ? 1 : 0;
  for (let i = 1; i < classMap.length; i++) if (classMap[i] !== classMap[i - 1]) runCount++;
  const runLengths = new Uint32Array(runCount);
  const runClasses = new Uint8Array(runCount);
  let run = 0;
  let start = 0;
  for (let i = 1; i <= classMap.length; i++) {
    if (i < classMap.length && classMap[i] === classMap[start]) continue;
    runLengths[run] = i - start;
    runClasses[run++] = classMap[start]!;
    start = i;
  }
  return { runLengths, runClasses };
}

/** Decodes a class map of `pixelCount` pixels. Throws ERR_RECORDING if the runs do not fill it exactly. */
export function decodeRunLengths(
  runLengths: ArrayLike<number>,
  runClasses: ArrayLike<number>,
  pixelCount: number,
): Uint8Array {
  const classMap = new Uint8Array(pixelCount);
  let at = 0;
  for (let i = 0; i < runLengths.length; i++) {
    const end = at + runLengths[i]!;
    classMap.fill(runClasses[i]!, at, end);
    at = end;
  }
  if (at !== pixelCount || runLengths.length !== runClasses.length) {
    throw new PerceptionError(
      'ERR_RECORDING',
      `class map: expected runs of ${pixelCount} pixels in all, found ${at} in ${runLengths.length} lengths and ${runClasses.length} classes`,
    );
  }
  return classMap;
}

/** Share of the pixels for each class, float32 [classes], summing to 1. */
export function classShares(
  { runLengths, runClasses }: RunLengths,
  classCount: number,
): Float32Array {
  const counts = new Float64Array(classCount);
  let pixelCount = 0;
  for (let i = 0; i < runLengths.length; i++) {
    counts[runClasses[i]!]! += runLengths[i]!;
    pixelCount += runLengths[i]!;
  }
  return Float32Array.from(counts, (count) => count / pixelCount);
}
