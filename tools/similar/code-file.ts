import { z } from 'zod';

const headSchema = z.strictObject({
  format: z.literal(1),
  /** What made the codes: codes of two makers cannot be compared. */
  maker: z.string(),
  drive: z.string(),
  location: z.string(),
  dims: z.int().min(1).max(4096),
  frames: z.int().min(0).max(100_000_000),
  thumbnailBytes: z.int().min(0),
});

/** Codes of the frames of one drive, and what they looked like. */
export interface DriveCodes
  extends Omit<z.infer<typeof headSchema>, 'format' | 'frames' | 'thumbnailBytes'> {
  /** Seconds since the drive's first picture, by frame. */
  timesS: Float64Array;
  /** Row-major, `dims` a frame. */
  codes: Float32Array;
  /** JPEG, one a frame. */
  thumbnails: Uint8Array[];
}

/** As bytes: length of the head, head (JSON), padding to 8; times, codes, sizes of thumbnails, thumbnails. */
export function packCodes({ timesS, codes, thumbnails, ...facts }: DriveCodes): Uint8Array {
  const thumbnailBytes = thumbnails.reduce((sum, { length }) => sum + length, 0);
  const head = { format: 1, ...facts, frames: timesS.length, thumbnailBytes };
  const text = new TextEncoder().encode(JSON.stringify(head));
  const headBytes = padded(4 + text.length);
  const sizes = Uint32Array.from(thumbnails, ({ length }) => length);
  const parts = [bytesOf(timesS), bytesOf(codes), bytesOf(sizes), ...thumbnails];
  const whole = new Uint8Array(headBytes + parts.reduce((sum, { length }) => sum + length, 0));
  new DataView(whole.buffer).setUint32(0, text.length, true);
  whole.set(text, 4);
  let offset = headBytes;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

/** Undefined for bytes that are no such file. */
export function unpackCodes(bytes: Uint8Array): DriveCodes | undefined {
  try {
    // Numbers are read where they lie: they must lie on their own bounds.
    const own = bytes.slice();
    const length = new DataView(own.buffer).getUint32(0, true);
    const {
      format: _,
      frames,
      thumbnailBytes,
      ...facts
    } = headSchema.parse(JSON.parse(new TextDecoder().decode(own.subarray(4, 4 + length))));
    let offset = padded(4 + length);
    if (offset + frames * (8 + 4 * facts.dims + 4) + thumbnailBytes !== own.length)
      return undefined;
    const timesS = new Float64Array(own.buffer, offset, frames);
    offset += timesS.byteLength;
    const codes = new Float32Array(own.buffer, offset, frames * facts.dims);
    offset += codes.byteLength;
    const sizes = new Uint32Array(own.buffer, offset, frames);
    offset += sizes.byteLength;
    const thumbnails = Array.from(sizes, (size) => {
      offset += size;
      return own.subarray(offset - size, offset);
    });
    return { ...facts, timesS, codes, thumbnails };
  } catch {
    return undefined;
  }
}

const padded = (length: number) => Math.ceil(length / 8) * 8;
const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView) =>
  new Uint8Array(buffer, byteOffset, byteLength);
