import { crc32, deflateSync } from 'node:zlib';

/** Depth is stored in steps of 1/256 m, as in KITTI; 0 means none. */
const stepsPerM = 256;

/** A depth map (metres by pixel, 0 for none) as a 16-bit grey PNG. Larger depths are stored as 255.99 m. */
export function encodeDepthPng(depthM: Float32Array, widthPx: number, heightPx: number): Buffer {
  const rows = Buffer.alloc(heightPx * (1 + 2 * widthPx));
  for (let y = 0, at = 0; y < heightPx; y++) {
    // Each row begins with its filter: none.
    at++;
    for (let x = 0; x < widthPx; x++, at += 2) {
      const steps = Math.round(depthM[y * widthPx + x]! * stepsPerM);
      rows.writeUInt16BE(Math.min(0xffff, steps), at);
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(widthPx, 0);
  header.writeUInt32BE(heightPx, 4);
  // Sixteen bits per sample, one grey channel.
  header.set([16, 0, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows, { level: 6 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const sized = Buffer.alloc(8 + body.length);
  sized.writeUInt32BE(data.length, 0);
  body.copy(sized, 4);
  sized.writeUInt32BE(crc32(body), 4 + body.length);
  return sized;
}
