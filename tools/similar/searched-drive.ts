import type { ByteSource } from '../../src/recording/byte-source.js';
import { type CodeFacts, copyOf, type DriveCodes, readHead } from './code-file.js';
import { type RoughCodes, roughen } from './rough-codes.js';

/** Codes of a drive as they are searched: rough ones at hand, exact ones for the asking. */
export interface SearchedDrive extends CodeFacts {
  /** Seconds since the drive's first picture, by frame. */
  timesS: Float64Array;
  rough: RoughCodes;
  /** Exact codes of these frames, in ascending order, one behind the other. */
  exact(frames: readonly number[]): Promise<Float32Array>;
}

/** Bytes that are read of a file first: head, times and rough codes of an hour, a frame a second. */
const firstBytes = 320 * 1024;
/** Codes that lie this near each other are read in one, bytes: a read costs more than what is read for nothing. */
const nearBytes = 16 * 1024;

/** Of codes that are in memory already. */
export function searchedCodes({ thumbnails: _, codes, ...drive }: DriveCodes): SearchedDrive {
  const { dims } = drive;
  return {
    ...drive,
    rough: roughen(codes, dims),
    exact: async (frames) => rowsOf(codes, dims, frames, 0),
  };
}

interface ClosableBytes extends ByteSource {
  close(): Promise<void>;
}

/**
 * Of a file: its exact codes and pictures stay where they are. `open` is called again for exact codes. Resolves with
 * undefined for a file of something else.
 */
export async function openSearchedDrive(
  open: () => Promise<ClosableBytes>,
): Promise<SearchedDrive | undefined> {
  const bytes = await open();
  try {
    const first = await bytes.read(0, firstBytes);
    const { head, layout } = readHead(first, bytes.sizeBytes) ?? {};
    if (head === undefined || layout === undefined) return undefined;
    const { maker, drive, location, dims, frames } = head;
    const near = await part(bytes, first, layout.timesS, layout.codes);
    const timesS = new Float64Array(copyOf(near, 0, 8 * frames));
    const rough =
      head.rough === undefined
        ? roughen(
            new Float32Array(copyOf(await part(bytes, first, layout.codes, layout.sizes))),
            dims,
          )
        : {
            values: new Int8Array(near.buffer, near.byteOffset + 8 * frames, frames * dims),
            ...head.rough,
          };
    const exact = (asked: readonly number[]) => exactOf(open, layout.codes, dims, asked);
    return { maker, drive, location, dims, timesS, rough, exact };
  } finally {
    await bytes.close();
  }
}

/** Bytes of a file of which the first ones are there already. */
async function part(
  bytes: ByteSource,
  first: Uint8Array,
  from: number,
  to: number,
): Promise<Uint8Array> {
  if (to <= first.length) return first.subarray(from, to);
  if (from >= first.length) return bytes.read(from, to - from);
  const whole = new Uint8Array(to - from);
  whole.set(first.subarray(from));
  whole.set(await bytes.read(first.length, to - first.length), first.length - from);
  return whole;
}

async function exactOf(
  open: () => Promise<ClosableBytes>,
  offset: number,
  dims: number,
  frames: readonly number[],
): Promise<Float32Array> {
  const codes = new Float32Array(frames.length * dims);
  const codeBytes = 4 * dims;
  const bytes = await open();
  try {
    for (let from = 0; from < frames.length; ) {
      let to = from + 1;
      while (to < frames.length && (frames[to]! - frames[to - 1]!) * codeBytes <= nearBytes) to++;
      const run = frames.slice(from, to);
      const [start, end] = [run[0]!, run.at(-1)! + 1];
      const read = await bytes.read(offset + start * codeBytes, (end - start) * codeBytes);
      codes.set(rowsOf(new Float32Array(copyOf(read)), dims, run, start), from * dims);
      from = to;
    }
  } finally {
    await bytes.close();
  }
  return codes;
}

/** Rows of codes of which the first is that of frame `start`. */
function rowsOf(codes: Float32Array, dims: number, frames: readonly number[], start: number) {
  const rows = new Float32Array(frames.length * dims);
  for (const [place, frame] of frames.entries())
    rows.set(codes.subarray((frame - start) * dims, (frame - start + 1) * dims), place * dims);
  return rows;
}
