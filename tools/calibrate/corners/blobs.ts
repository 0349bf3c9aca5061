import type { GreyPicture } from '../../../src/calibration/grey-picture.js';

/** A dark round spot. */
export interface Blob {
  /** Centre, weighted by darkness, pixels. */
  u: number;
  v: number;
  /** Pixels. */
  area: number;
}

/** A pixel darker than the mean around it by this share of that mean belongs to a spot. */
const darkShare = 0.15;
const leastDifference = 8;
const leastArea = 20;
/** Largest spot, as a share of the picture. */
const largestShare = 0.02;
/** Tolerance of area and second moments relative to an ellipse's. */
const ellipseTolerance = 0.2;
const maxAxisRatio = 6;
/** Sides of the averaging windows, as shares of the picture's width: small circles show up in the small window. */
const windowShares = [0.05, 0.15];

/**
 * Finds dark spots shaped like ellipses: connected pixels darker than their surroundings whose area is that of the
 * ellipse with their second moments (4 pi sqrt(det of the covariance)).
 */
export function findBlobs(grey: GreyPicture): Blob[] {
  const found: Blob[] = [];
  for (const share of windowShares)
    for (const blob of blobsOf(grey, Math.max(15, Math.round(grey.widthPx * share))))
      if (!found.some(({ u, v }) => Math.hypot(u - blob.u, v - blob.v) < 3)) found.push(blob);
  return found;
}

function blobsOf(grey: GreyPicture, windowPx: number): Blob[] {
  const { widthPx, heightPx } = grey;
  const dark = darkPixels(grey, windowPx);
  const queue = new Int32Array(widthPx * heightPx);
  const blobs: Blob[] = [];
  for (let start = 0; start < dark.length; start++) {
    if (dark[start] !== 1) continue;
    let length = 1;
    queue[0] = start;
    dark[start] = 2;
    let touchesBorder = false;
    for (let head = 0; head < length; head++) {
      const at = queue[head]!;
      const x = at % widthPx;
      if (x === 0 || x === widthPx - 1 || at < widthPx || at >= dark.length - widthPx) {
        touchesBorder = true;
        continue;
      }
      for (const next of [at - 1, at + 1, at - widthPx, at + widthPx])
        if (dark[next] === 1) {
          dark[next] = 2;
          queue[length++] = next;
        }
    }
    if (touchesBorder || length < leastArea || length > largestShare * dark.length) continue;
    const blob = ellipseOf(queue.subarray(0, length), widthPx);
    if (blob !== undefined) blobs.push(centreOfDarkness(grey, queue.subarray(0, length), blob));
  }
  return blobs;
}

function darkPixels({ widthPx, heightPx, data }: GreyPicture, windowPx: number): Uint8Array {
  const stride = widthPx + 1;
  const sums = new Float64Array(stride * (heightPx + 1));
  for (let y = 0; y < heightPx; y++)
    for (let x = 0, row = 0; x < widthPx; x++) {
      row += data[y * widthPx + x]!;
      sums[(y + 1) * stride + x + 1] = sums[y * stride + x + 1]! + row;
    }
  const half = windowPx >> 1;
  const dark = new Uint8Array(widthPx * heightPx);
  for (let y = 0; y < heightPx; y++)
    for (let x = 0; x < widthPx; x++) {
      const [x0, x1] = [Math.max(x - half, 0), Math.min(x + half + 1, widthPx)];
      const [y0, y1] = [Math.max(y - half, 0), Math.min(y + half + 1, heightPx)];
      const sum =
        sums[y1 * stride + x1]! -
        sums[y0 * stride + x1]! -
        sums[y1 * stride + x0]! +
        sums[y0 * stride + x0]!;
      const mean = sum / ((x1 - x0) * (y1 - y0));
      const difference = mean - data[y * widthPx + x]!;
      if (difference > Math.max(leastDifference, darkShare * mean)) dark[y * widthPx + x] = 1;
    }
  return dark;
}

function ellipseOf(pixels: Int32Array, widthPx: number): Blob | undefined {
  let [u, v, xx, xy, yy] = [0, 0, 0, 0, 0];
  const area = pixels.length;
  for (const at of pixels) {
    u += (at % widthPx) / area;
    v += Math.floor(at / widthPx) / area;
  }
  for (const at of pixels) {
    const dx = (at % widthPx) - u;
    const dy = Math.floor(at / widthPx) - v;
    xx += (dx * dx) / area;
    xy += (dx * dy) / area;
    yy += (dy * dy) / area;
  }
  const determinant = xx * yy - xy * xy;
  if (!(determinant > 0)) return undefined;
  const expected = 4 * Math.PI * Math.sqrt(determinant);
  if (Math.abs(area / expected - 1) > ellipseTolerance) return undefined;
  const spread = Math.sqrt(((xx - yy) / 2) ** 2 + xy * xy);
  const middle = (xx + yy) / 2;
  if (middle + spread > maxAxisRatio ** 2 * Math.max(middle - spread, 1e-9)) return undefined;
  return { u, v, area };
}

/** Refines the centre by a fraction of a pixel: weights each pixel of the spot and of a rim around it by its darkness. */
function centreOfDarkness(grey: GreyPicture, pixels: Int32Array, blob: Blob): Blob {
  const { widthPx, heightPx, data } = grey;
  let [left, right, top, bottom] = [widthPx, 0, heightPx, 0];
  for (const at of pixels) {
    const x = at % widthPx;
    const y = Math.floor(at / widthPx);
    left = Math.min(left, x);
    right = Math.max(right, x);
    top = Math.min(top, y);
    bottom = Math.max(bottom, y);
  }
  const rim = 2;
  left = Math.max(left - rim, 0);
  top = Math.max(top - rim, 0);
  right = Math.min(right + rim, widthPx - 1);
  bottom = Math.min(bottom + rim, heightPx - 1);
  // The paper's brightness is the median of the box's outline, which is enough even if the paper is shaded.
  const outline: number[] = [];
  for (let x = left; x <= right; x++)
    outline.push(data[top * widthPx + x]!, data[bottom * widthPx + x]!);
  for (let y = top; y <= bottom; y++)
    outline.push(data[y * widthPx + left]!, data[y * widthPx + right]!);
  const paper = outline.sort((a, b) => a - b)[outline.length >> 1]!;
  let [sum, u, v] = [0, 0, 0];
  // Up to a tenth of the greatest darkness is noise and shading of the paper.
  const ink = Math.min(...Array.from(pixels, (at) => data[at]!));
  const floor = 0.1 * (paper - ink);
  for (let y = top; y <= bottom; y++)
    for (let x = left; x <= right; x++) {
      const weight = Math.max(paper - data[y * widthPx + x]! - floor, 0);
      sum += weight;
      u += weight * x;
      v += weight * y;
    }
  return sum > 0 ? { u: u / sum, v: v / sum, area: blob.area } : blob;
}
