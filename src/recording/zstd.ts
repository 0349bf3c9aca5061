/** Levels above cost seconds and save a tenth. */
const level = 9;

/** Zstandard for recordings that are kept, as MCAP's readers know it. It is synchronous: not for the thread of a drive. */
export async function compressZstd(): Promise<{ compress(bytes: Uint8Array): Uint8Array }> {
  const zstd = await import('@foxglove/wasm-zstd');
  await zstd.isLoaded;
  return { compress: (bytes) => zstd.compress(bytes, level) };
}

/** The lowest level: a drive is compressed while it is recorded. */
const liveLevel = 1;

/** Compresses the chunks of a recording that is being written. For a thread of its own. */
export async function zstdChunks(): Promise<
  (records: Uint8Array) => { compression: string; compressedData: Uint8Array }
> {
  const zstd = await import('@foxglove/wasm-zstd');
  await zstd.isLoaded;
  return (records) => ({
    compression: 'zstd',
    compressedData: zstd.compress(records, liveLevel),
  });
}
