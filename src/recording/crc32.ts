/** Node's own zlib; undefined in a browser. */
const zlib: { crc32?: (bytes: Uint8Array) => number } | undefined =
  globalThis.process?.getBuiltinModule?.('node:zlib');

/** CRC-32 (IEEE 802.3), which MCAP uses for its chunks; computed by zlib from Node 20.16 on. */
export const crc32: (bytes: Uint8Array) => number = zlib?.crc32 ?? crc32ByTable;

let table: Uint32Array | undefined;

/** The same in JavaScript, one byte at a time. */
export function crc32ByTable(bytes: Uint8Array): number {
  table ??= Uint32Array.from({ length: 256 }, (_, byte) => {
    let rest = byte;
    for (let bit = 0; bit < 8; bit++) rest = rest & 1 ? (rest >>> 1) ^ 0xedb88320 : rest >>> 1;
    return rest;
  });
  let crc = 0xffffffff;
  for (let i = 0; i < bytes.length; i++) crc = table[(crc ^ bytes[i]!) & 0xff]! ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}
