import type { ByteSource } from '../../src/recording/byte-source.js';
import { type CodeFacts, copyOf, type DriveCodes, readHead } from './code-file.js';
import { type RoughCodes, roughen } from './rough-codes.js';

/** Codes of a drive for searching: rough ones in memory, exact ones read on request. */
export interface SearchedDrive extends CodeFacts {
  /** Seconds since the drive's first picture, by frame. */
  timesS: Float64Array;
  rough: RoughCodes;
  /** Exact codes of these frames (ascending), one after the other. */
  exact(frames: readonly number[]): Promise<Float32Array>;
}

/** Bytes that are read first from a file: head, times and rough codes of an hour at one frame per second. */
const firstBytes = 320 * 1024;
/** Codes at most this far apart are read together, bytes: a read costs more than the unneeded bytes between. */
const nearBytes = 16 * 1024;

/** For codes that are already in memory. */
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
 * For a file: its exact codes and pictures are not loaded. `open` is called again for exact codes. Resolves with
 * undefined if the file is of another kind.
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

/** Bytes of a file whose first bytes are already in memory. */
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

/** Selected rows of codes; the first row of `codes` is frame `start`. */
function rowsOf(codes: Float32Array, dims: number, frames: readonly number[], start: number) {
  const rows = new Float32Array(frames.length * dims);
  for (const [place, frame] of frames.entries())
    rows.set(codes.subarray((frame - start) * dims, (frame - start + 1) * dims), place * dims);
  return rows;
}
