import { mulberry32 } from '../../../src/bundle/golden.js';
import { type DriveCodes, packCodes } from '../../../tools/similar/code-file.js';

/** Codes between -1 and 1, a frame a second, with pictures of a few bytes. */
export function madeUpCodes(of: {
  drive: string;
  frames: number;
  dims: number;
  seed: number;
}): DriveCodes {
  const random = mulberry32(of.seed);
  return {
    ...{ maker: 'm', drive: of.drive, location: `${of.drive}.mcap`, dims: of.dims },
    timesS: Float64Array.from({ length: of.frames }, (_, frame) => frame),
    codes: Float32Array.from({ length: of.frames * of.dims }, () => 2 * random() - 1),
    thumbnails: Array.from({ length: of.frames }, (_, frame) =>
      new Uint8Array(frame % 7).fill(frame),
    ),
  };
}

/** As files were before they had rough codes. */
export function codesInOldFormat(drive: DriveCodes): Uint8Array {
  const bytes = packCodes(drive);
  const headBytes = new DataView(bytes.buffer).getUint32(0, true);
  const { rough: _, ...head } = JSON.parse(
    new TextDecoder().decode(bytes.subarray(4, 4 + headBytes)),
  );
  const text = Buffer.from(JSON.stringify({ ...head, format: 1 }));
  const frames = drive.timesS.length;
  const start = Math.ceil((4 + headBytes) / 8) * 8;
  const codes = start + 8 * frames + Math.ceil((frames * drive.dims) / 8) * 8;
  const filled = Buffer.alloc(Math.ceil((4 + text.length) / 8) * 8);
  filled.writeUInt32LE(text.length);
  text.copy(filled, 4);
  return Buffer.concat([filled, bytes.subarray(start, start + 8 * frames), bytes.subarray(codes)]);
}
