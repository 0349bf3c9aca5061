/** Higher levels cost seconds and save a tenth. */
const level = 9;

/** Zstandard for recordings that are kept, in MCAP's format. It is synchronous: not for the thread of a running drive. */
export async function compressZstd(): Promise<{ compress(bytes: Uint8Array): Uint8Array }> {
  const zstd = await import('@foxglove/wasm-zstd');
  await zstd.isLoaded;
  return { compress: (bytes) => zstd.compress(bytes, level) };
}

/** The lowest level: a drive is compressed while it is recorded. */
const liveLevel = 1;

/** Compresses the chunks of a recording while it is written. Use it in a separate thread. */
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
