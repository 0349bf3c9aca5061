/** [centre, size]: divisors that bring offsets to the same spread. */
export type Variances = readonly [number, number];

/** Largest |log| of a size offset times its variance: a larger one would overflow, not describe a box. */
const maxLogSize = 8;

/**
 * The offsets that the network should answer for default boxes matched with boxes: float32 [A, 4] of
 * ((cx - dcx) / dw, (cy - dcy) / dh) / variances[0] and (log(w / dw), log(h / dh)) / variances[1].
 * Both inputs are [A, 4] as centre x, centre y, width, height in shares of the input; sizes are above 0.
 */
export function encodeOffsets(
  boxesCxcywhNorm: Float32Array,
  defaultBoxes: Float32Array,
  variances: Variances,
): Float32Array {
  const offsets = new Float32Array(defaultBoxes.length);
  for (let i = 0; i < offsets.length; i += 4) {
    const width = defaultBoxes[i + 2]!;
    const height = defaultBoxes[i + 3]!;
    offsets[i] = (boxesCxcywhNorm[i]! - defaultBoxes[i]!) / width / variances[0];
    offsets[i + 1] = (boxesCxcywhNorm[i + 1]! - defaultBoxes[i + 1]!) / height / variances[0];
    offsets[i + 2] = Math.log(boxesCxcywhNorm[i + 2]! / width) / variances[1];
    offsets[i + 3] = Math.log(boxesCxcywhNorm[i + 3]! / height) / variances[1];
  }
  return offsets;
}

/** The inverse of `encodeOffsets`: float32 [A, 4] as centre x, centre y, width, height in shares of the input. */
export function decodeOffsets(
  offsets: Float32Array,
  defaultBoxes: Float32Array,
  variances: Variances,
): Float32Array {
  const boxes = new Float32Array(defaultBoxes.length);
  for (let i = 0; i < boxes.length; i += 4) {
    const width = defaultBoxes[i + 2]!;
    const height = defaultBoxes[i + 3]!;
    boxes[i] = defaultBoxes[i]! + offsets[i]! * variances[0] * width;
    boxes[i + 1] = defaultBoxes[i + 1]! + offsets[i + 1]! * variances[0] * height;
    boxes[i + 2] = width * decodeSize(offsets[i + 2]! * variances[1]);
    boxes[i + 3] = height * decodeSize(offsets[i + 3]! * variances[1]);
  }
  return boxes;
}

/**
 * Decodes one default box to left, top, right, bottom in shares of the input, written to out[at..at+3].
 * `index` counts default boxes.
 */
export function decodeBoxInto(
  offsets: Float32Array,
  defaultBoxes: Float32Array,
  variances: Variances,
  index: number,
  out: Float32Array,
  at: number,
): void {
  const i = index * 4;
  const width = defaultBoxes[i + 2]!;
  const height = defaultBoxes[i + 3]!;
  const centreX = defaultBoxes[i]! + offsets[i]! * variances[0] * width;
  const centreY = defaultBoxes[i + 1]! + offsets[i + 1]! * variances[0] * height;
  const halfWidth = (width * decodeSize(offsets[i + 2]! * variances[1])) / 2;
  const halfHeight = (height * decodeSize(offsets[i + 3]! * variances[1])) / 2;
  out[at] = centreX - halfWidth;
  out[at + 1] = centreY - halfHeight;
  out[at + 2] = centreX + halfWidth;
  out[at + 3] = centreY + halfHeight;
}

function decodeSize(logSize: number): number {
  return Math.exp(Math.max(-maxLogSize, Math.min(maxLogSize, logSize)));
}
