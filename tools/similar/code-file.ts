import { z } from 'zod';
import { roughen } from './rough-codes.js';

const headSchema = z.strictObject({
  /** 1 has no rough codes. */
  format: z.literal([1, 2]),
  /** Identifies what made the codes; codes of different makers cannot be compared. */
  maker: z.string(),
  drive: z.string(),
  location: z.string(),
  dims: z.int().min(1).max(4096),
  frames: z.int().min(0).max(100_000_000),
  thumbnailBytes: z.int().min(0),
  rough: z.strictObject({ scale: z.number().min(0), error: z.number().min(0) }).optional(),
});

export type CodeHead = z.infer<typeof headSchema>;

/** Facts about a drive's codes. */
export type CodeFacts = Pick<CodeHead, 'maker' | 'drive' | 'location' | 'dims'>;

/** Codes of one drive's frames, with thumbnails. */
export interface DriveCodes extends CodeFacts {
  /** Seconds since the drive's first picture, by frame. */
  timesS: Float64Array;
  /** Row-major, `dims` numbers per frame. */
  codes: Float32Array;
  /** JPEG, one per frame. */
  thumbnails: Uint8Array[];
}

/** Offsets of the file's parts, bytes. */
interface CodeLayout {
  timesS: number;
  /** int8; empty if the file has no rough codes. */
  rough: number;
  codes: number;
  sizes: number;
  thumbnails: number;
  end: number;
}

/**
 * Packs codes as bytes: length of the head, head (JSON); times, rough codes, codes, sizes of thumbnails, thumbnails.
 * Numbers are aligned to their size.
 */
export function packCodes({ timesS, codes, thumbnails, ...facts }: DriveCodes): Uint8Array {
  const { values, scale, error } = roughen(codes, facts.dims);
  const { maker, drive, location, dims } = facts;
  const head: CodeHead = {
    ...{ format: 2, maker, drive, location, dims, frames: timesS.length },
    thumbnailBytes: thumbnails.reduce((sum, { length }) => sum + length, 0),
    rough: { scale, error },
  };
  const text = new TextEncoder().encode(JSON.stringify(head));
  const layout = layoutOf(head, text.length);
  const whole = new Uint8Array(layout.end);
  new DataView(whole.buffer).setUint32(0, text.length, true);
  whole.set(text, 4);
  whole.set(bytesOf(timesS), layout.timesS);
  whole.set(bytesOf(values), layout.rough);
  whole.set(bytesOf(codes), layout.codes);
  whole.set(bytesOf(Uint32Array.from(thumbnails, ({ length }) => length)), layout.sizes);
  let offset = layout.thumbnails;
  for (const thumbnail of thumbnails) {
    whole.set(thumbnail, offset);
    offset += thumbnail.length;
  }
  return whole;
}

/** Undefined if the bytes are not such a file. */
export function unpackCodes(bytes: Uint8Array): DriveCodes | undefined {
  const { head, layout } = readHead(bytes, bytes.length) ?? {};
  if (head === undefined || layout === undefined) return undefined;
  const { maker, drive, location, dims } = head;
  const timesS = new Float64Array(copyOf(bytes, layout.timesS, layout.rough));
  const codes = new Float32Array(copyOf(bytes, layout.codes, layout.sizes));
  const sizes = new Uint32Array(copyOf(bytes, layout.sizes, layout.thumbnails));
  let offset = layout.thumbnails;
  const thumbnails = Array.from(sizes, (size) => {
    offset += size;
    return new Uint8Array(copyOf(bytes, offset - size, offset));
  });
  if (offset !== layout.end) return undefined;
  return { maker, drive, location, dims, timesS, codes, thumbnails };
}

/** Head and layout of a file from its first bytes; undefined if the file is of another kind or truncated. */
export function readHead(
  first: Uint8Array,
  sizeBytes: number,
): { head: CodeHead; layout: CodeLayout } | undefined {
  if (first.length < 4) return undefined;
  const length = new DataView(first.buffer, first.byteOffset).getUint32(0, true);
  try {
    const head = headSchema.parse(
      JSON.parse(new TextDecoder().decode(first.subarray(4, 4 + length))),
    );
    const layout = layoutOf(head, length);
    if (layout.end === sizeBytes && (head.format === 1) === (head.rough === undefined))
      return { head, layout };
  } catch {
    // No head, or one of another kind.
  }
  return undefined;
}

function layoutOf(
  { frames, dims, thumbnailBytes, rough: hasRough }: CodeHead,
  textBytes: number,
): CodeLayout {
  const timesS = padded(4 + textBytes);
  const rough = timesS + 8 * frames;
  const codes = rough + (hasRough ? padded(frames * dims) : 0);
  const sizes = codes + 4 * frames * dims;
  const thumbnails = sizes + 4 * frames;
  return { timesS, rough, codes, sizes, thumbnails, end: thumbnails + thumbnailBytes };
}

/** A copy in a new buffer, so that its numbers are aligned to their size and can be read in place. */
export const copyOf = (bytes: Uint8Array, from = 0, to = bytes.length): ArrayBuffer =>
  new Uint8Array(bytes.subarray(from, to)).buffer;

const padded = (length: number) => Math.ceil(length / 8) * 8;
const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView) =>
  new Uint8Array(buffer, byteOffset, byteLength);
