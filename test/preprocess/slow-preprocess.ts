import type { InputSpec } from '../../src/bundle/input-spec.js';
import type { FrameLayout } from '../../src/frame/frame.js';

type Rgb = [number, number, number];

/**
 * The definition of preprocessing, written for reading: for each pixel of the input, find the point of the picture,
 * average a box of whole pixels around it (a box between whole pixels counts its edges in part), convert and
 * normalise. Nothing is shared with the fast way but the types. `pointOf` takes a point of the rectified picture to
 * the captured one; `scaleOf` are captured pixels an input pixel.
 */
export function slowPreprocess(
  spec: InputSpec,
  frame: FrameLayout,
  pixels: Uint8Array,
  options: {
    rectPx?: [number, number, number, number];
    pointOf?: (xPx: number, yPx: number) => [number, number] | undefined;
    scaleOf?: [number, number];
  } = {},
): Float32Array {
  const rect = options.rectPx ?? [0, 0, frame.widthPx, frame.heightPx];
  const rectWidth = rect[2] - rect[0];
  const rectHeight = rect[3] - rect[1];
  const left = rect[0] + spec.regionNorm[0] * rectWidth;
  const top = rect[1] + spec.regionNorm[1] * rectHeight;
  const width = (spec.regionNorm[2] - spec.regionNorm[0]) * rectWidth;
  const height = (spec.regionNorm[3] - spec.regionNorm[1]) * rectHeight;
  // How large the region's picture is within the input, and where it begins.
  const zoom = Math.min(spec.widthPx / width, spec.heightPx / height);
  const shown =
    spec.fit === 'stretch' ? [spec.widthPx, spec.heightPx] : [width * zoom, height * zoom];
  const before = spec.fit === 'letterbox-top-left' ? 0 : 1 / 2;
  const marginX = (spec.widthPx - shown[0]!) * before;
  const marginY = (spec.heightPx - shown[1]!) * before;
  const scale = options.scaleOf ?? [width / shown[0]!, height / shown[1]!];

  const out = new Float32Array(3 * spec.widthPx * spec.heightPx);
  for (let row = 0; row < spec.heightPx; row++) {
    for (let column = 0; column < spec.widthPx; column++) {
      const shareX = (column + 0.5 - marginX) / shown[0]!;
      const shareY = (row + 0.5 - marginY) / shown[1]!;
      let rgb: Rgb = spec.padRgb ?? [spec.padValue, spec.padValue, spec.padValue];
      // A centre on the edge of the content is inside, whatever rounding makes of it.
      const slack = 1e-6;
      const isInside = (share: number, length: number) =>
        share * length >= -slack && (share - 1) * length <= slack;
      if (isInside(shareX, shown[0]!) && isInside(shareY, shown[1]!)) {
        const x = left + shareX * width;
        const y = top + shareY * height;
        const point = options.pointOf ? options.pointOf(x, y) : [x, y];
        if (point !== undefined) {
          rgb = averageAround(frame, pixels, point[0]!, point[1]!, scale) ?? rgb;
        }
      }
      const colours = convert(rgb, spec.colour);
      for (let channel = 0; channel < 3; channel++) {
        const value = (colours[channel]! - spec.mean[channel]!) * spec.scale[channel]!;
        const at =
          spec.layout === 'nchw'
            ? (channel * spec.heightPx + row) * spec.widthPx + column
            : (row * spec.widthPx + column) * 3 + channel;
        out[at] = value;
      }
    }
  }
  return out;
}

function convert([red, green, blue]: Rgb, colour: InputSpec['colour']): Rgb {
  if (colour === 'rgb') return [red, green, blue];
  if (colour === 'bgr') return [blue, green, red];
  const y = 0.299 * red + 0.587 * green + 0.114 * blue;
  // JFIF: the colour differences scaled so that they fill -127.5..127.5.
  return [y, (blue - y) / 1.772 + 128, (red - y) / 1.402 + 128];
}

function averageAround(
  frame: FrameLayout,
  pixels: Uint8Array,
  x: number,
  y: number,
  [scaleX, scaleY]: readonly number[],
): Rgb | undefined {
  const slack = 1e-6;
  const isInside =
    x >= -slack && y >= -slack && x <= frame.widthPx + slack && y <= frame.heightPx + slack;
  if (!isInside) return undefined;
  const { widthPx, heightPx, strideBytes } = frame;
  if (frame.format === 'rgb8') {
    return [0, 1, 2].map((channel) =>
      boxMean(
        (column, row) => pixels[row * strideBytes + column * 3 + channel]!,
        [widthPx, heightPx],
        [x, y],
        [scaleX!, scaleY!],
      ),
    ) as Rgb;
  }
  const luma = boxMean(
    (column, row) => pixels[row * strideBytes + column]!,
    [widthPx, heightPx],
    [x, y],
    [scaleX!, scaleY!],
  );
  // A chroma pixel shows 2 x 2 of luma, the last ones fewer; without room in the row the last column has none.
  const hasRoom = strideBytes > widthPx;
  const chromaSize: [number, number] = [
    hasRoom ? Math.ceil(widthPx / 2) : Math.floor(widthPx / 2),
    Math.ceil(heightPx / 2),
  ];
  const [u, v] = [0, 1].map((channel) =>
    boxMean(
      (column, row) => pixels[(heightPx + row) * strideBytes + column * 2 + channel]!,
      chromaSize,
      [x / 2, y / 2],
      [scaleX! / 2, scaleY! / 2],
    ),
  ) as [number, number];
  // BT.601 with Kr = 0.299, Kb = 0.114; luma 16..235, chroma 16..240.
  const light = (luma - 16) / 219;
  const blueDifference = (u - 128) / 224;
  const redDifference = (v - 128) / 224;
  const red = light + 2 * (1 - 0.299) * redDifference;
  const blue = light + 2 * (1 - 0.114) * blueDifference;
  const green = (light - 0.299 * red - 0.114 * blue) / 0.587;
  return [red, green, blue].map((value) => 255 * Math.min(1, Math.max(0, value))) as Rgb;
}

/** Mean over a box of whole size, centred at a point, moved inside the picture where it reaches beyond. */
function boxMean(
  valueAt: (column: number, row: number) => number,
  size: [number, number],
  point: [number, number],
  scale: [number, number],
): number {
  const [columns, rows] = [0, 1].map((axis) => {
    const length = Math.max(1, Math.min(Math.floor(scale[axis]! + 1e-6), size[axis]! - 1));
    const ideal = point[axis]! - length / 2;
    const start = Math.min(Math.max(ideal, 0), size[axis]! - length);
    // How much of each pixel the box covers.
    const shares: [number, number][] = [];
    for (let i = Math.floor(start); i < start + length; i++) {
      const share = Math.min(i + 1, start + length) - Math.max(i, start);
      if (share > 0 && i < size[axis]!) shares.push([i, share / length]);
    }
    return shares;
  }) as [[number, number][], [number, number][]];
  let sum = 0;
  for (const [row, shareY] of rows) {
    for (const [column, shareX] of columns) sum += valueAt(column, row) * shareX * shareY;
  }
  return sum;
}
