import { decompress } from 'fzstd';

/** Largest size that a chunk may claim to unpack to, bytes: a wrong size must not fill the memory. */
const maxChunkBytes = 512 * 2 ** 20;

/** Replaces the package's function of this name, whose WebAssembly does not load in a bundled page. */
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
