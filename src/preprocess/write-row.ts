import type { InputSpec } from '../bundle/input-spec.js';

/** Three rows of grey levels 0..255: red, green, blue. */
export type ColourRows = readonly [Float32Array, Float32Array, Float32Array];

/**
 * BT.601 full range (JPEG): rows are Y, U, V; columns red, green, blue. U and V are offset by 128.
 */
const yuvFromRgb = [
  [0.299, 0.587, 0.114],
  [-0.168736, -0.331264, 0.5],
  [0.5, -0.418688, -0.081312],
] as const;

/**
 * Converts one row to the spec's colours, normalises it ((v - mean) * scale) and writes it to `out` as row `row`
 * of the tensor that begins at `outStart`, in the spec's layout.
 */
export function writeRow(
  rgb: ColourRows,
  spec: InputSpec,
  row: number,
  out: Float32Array,
  outStart: number,
): void {
  const isPlanar = spec.layout === 'nchw';
  const pixelStep = isPlanar ? 1 : 3;
  const channelStep = isPlanar ? spec.widthPx * spec.heightPx : 1;
  const first = outStart + row * spec.widthPx * pixelStep;
  for (let channel = 0; channel < 3; channel++) {
    const start = first + channel * channelStep;
    const scale = spec.scale[channel]!;
    const bias = -spec.mean[channel]! * scale;
    if (spec.colour === 'yuv') {
      writeYuvChannel(rgb, channel, scale, bias, out, start, pixelStep, spec.widthPx);
    } else {
      const source = rgb[spec.colour === 'rgb' ? channel : 2 - channel]!;
      for (let i = 0; i < spec.widthPx; i++) {
        out[start + i * pixelStep] = source[i]! * scale + bias;
      }
    }
  }
}

function writeYuvChannel(
  [red, green, blue]: ColourRows,
  channel: number,
  scale: number,
  bias: number,
  out: Float32Array,
  start: number,
  step: number,
  count: number,
): void {
  const [fromRed, fromGreen, fromBlue] = yuvFromRgb[channel]!;
  const offset = channel === 0 ? 0 : 128;
  for (let i = 0; i < count; i++) {
    const value = red[i]! * fromRed + green[i]! * fromGreen + blue[i]! * fromBlue + offset;
    out[start + i * step] = value * scale + bias;
  }
}

/**
 * Turns rows of Y, U, V as video carries them (BT.601, limited range: Y 16..235, U and V 16..240) into red, green,
 * blue in place, clamped to 0..255. `isOutside[i] < 0` marks padding, which is grey already.
 */
export function rgbFromVideoYuv(rows: ColourRows, offsets: Int32Array, start: number): void {
  const [first, second, third] = rows;
  for (let i = 0; i < first.length; i++) {
    if (offsets[start + i]! < 0) continue;
    const y = (first[i]! - 16) * (255 / 219);
    const u = (second[i]! - 128) * (255 / 224);
    const v = (third[i]! - 128) * (255 / 224);
    first[i] = clampByte(y + 1.402 * v);
    second[i] = clampByte(y - 0.344136 * u - 0.714136 * v);
    third[i] = clampByte(y + 1.772 * u);
  }
}

function clampByte(value: number): number {
  return value < 0 ? 0 : value > 255 ? 255 : value;
}
