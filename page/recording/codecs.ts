import { decompress } from 'fzstd';

/** What a chunk may say that it grows to, bytes: a lying size must not fill the memory. */
const maxChunkBytes = 512 * 2 ** 20;

/** Stands in for the package of the same function, whose WebAssembly does not load in a bundled page. */
export async function loadDecompressHandlers(): Promise<
  Record<string, (bytes: Uint8Array, sizeBytes: bigint) => Uint8Array>
> {
  return {
    zstd(bytes, sizeBytes) {
      if (sizeBytes > BigInt(maxChunkBytes))
        throw new Error(`expected a chunk of at most ${maxChunkBytes} bytes, found ${sizeBytes}`);
      return decompress(bytes, new Uint8Array(Number(sizeBytes)));
    },
  };
}
