import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Bundle, openBundle, parseManifest } from '../bundle/bundle.js';
import { PerceptionError } from '../frame/perception-error.js';

/** Largest files that are read at all: a wrong path must not fill the memory. */
const maxBytes = { text: 16 * 2 ** 20, network: 512 * 2 ** 20 } as const;

/**
 * Reads and opens the bundle in a folder (manifest.json, golden.json and the network that the manifest names).
 * Throws ERR_BUNDLE when a file is missing or too large, and what openBundle throws.
 */
export async function readBundleFolder(dir: string): Promise<Bundle> {
  const manifestText = await readText(join(dir, 'manifest.json'));
  // The manifest is parsed here only for the file's name; openBundle checks the whole.
  const { network } = parseManifest(manifestText, `${dir}/manifest.json`);
  const goldenText = await readText(join(dir, 'golden.json'));
  const bytes = await readBounded(join(dir, network.file), maxBytes.network);
  return openBundle({ manifestText, goldenText, network: bytes }, dir);
}

async function readText(path: string): Promise<string> {
  return new TextDecoder().decode(await readBounded(path, maxBytes.text));
}

async function readBounded(path: string, limitBytes: number): Promise<Uint8Array> {
  const info = await stat(path).catch((cause: unknown) => {
    const code = (cause as NodeJS.ErrnoException).code;
    const found = code === 'ENOENT' || code === 'ENOTDIR' ? 'none' : `error ${code}`;
    throw new PerceptionError('ERR_BUNDLE', `expected a file ${path}, found ${found}`, { cause });
  });
  if (!info.isFile()) {
    throw new PerceptionError('ERR_BUNDLE', `expected a file ${path}, found something else`);
  }
  if (info.size > limitBytes) {
    throw new PerceptionError(
      'ERR_BUNDLE',
      `${path}: expected at most ${limitBytes} bytes, found ${info.size}`,
    );
  }
  return readFile(path);
}
