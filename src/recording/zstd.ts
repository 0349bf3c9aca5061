/** Levels above cost seconds and save a tenth. */
const level = 9;

/** Zstandard for recordings that are kept, as MCAP's readers know it. It is synchronous: not for the thread of a drive. */
export async function compressZstd(): Promise<{ compress(bytes: Uint8Array): Uint8Array }> {
  const zstd = await import('@foxglove/wasm-zstd');
  await zstd.isLoaded;
  return { compress: (bytes) => zstd.compress(bytes, level) };
}
