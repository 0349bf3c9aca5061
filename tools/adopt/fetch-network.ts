import { createHash } from 'node:crypto';
import { PerceptionError } from '../../src/frame/perception-error.js';
import { maxNetworkBytes } from './network-file.js';

/** Milliseconds without progress after which a transfer is aborted. */
const stallMs = 30_000;

/**
 * Fetches a network with a known hash. Only https, at most 512 MiB. Rejects with ERR_USAGE without a hash,
 * ERR_BUNDLE if it cannot be fetched or is too large, ERR_BUNDLE_HASH if the hash differs.
 */
export async function fetchNetwork(
  address: string,
  sha256: string | undefined,
): Promise<Uint8Array> {
  if (!address.startsWith('https://'))
    throw new PerceptionError('ERR_USAGE', `expected an address of https, found ${address}`);
  if (!/^[0-9a-f]{64}$/.test(sha256 ?? '')) {
    throw new PerceptionError(
      'ERR_USAGE',
      `expected --sha256 with 64 hexadecimal digits for a network from ${address}, found ${sha256 ?? 'none'}: what is fetched must be what was meant`,
    );
  }
  const bytes = await download(address);
  const found = createHash('sha256').update(bytes).digest('hex');
  if (found !== sha256) {
    throw new PerceptionError(
      'ERR_BUNDLE_HASH',
      `${address}: expected sha256 ${sha256}, found ${found}`,
    );
  }
  return bytes;
}

async function download(address: string): Promise<Uint8Array> {
  const stop = new AbortController();
  let timer = setTimeout(() => stop.abort(), stallMs);
  try {
    const response = await fetch(address, { signal: stop.signal });
    if (!response.ok || response.body === null) throw new Error(`status ${response.status}`);
    if (!response.url.startsWith('https://')) throw new Error(`a way to ${response.url}`);
    const parts: Uint8Array[] = [];
    let length = 0;
    for await (const part of response.body) {
      length += part.length;
      if (length > maxNetworkBytes) throw new Error(`more than ${maxNetworkBytes} bytes`);
      parts.push(part);
      clearTimeout(timer);
      timer = setTimeout(() => stop.abort(), stallMs);
    }
    return Buffer.concat(parts);
  } catch (cause) {
    const found = stop.signal.aborted
      ? `nothing for ${stallMs / 1000} s`
      : (cause as Error).message.split('\n')[0];
    throw new PerceptionError('ERR_BUNDLE', `${address}: expected a network, found ${found}`, {
      cause,
    });
  } finally {
    clearTimeout(timer);
  }
}
