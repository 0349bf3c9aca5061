import { join } from 'node:path';
import { type Bundle, openBundle, parseManifest } from '../bundle/bundle.js';
import { readInput, readInputText } from '../files/read-input.js';

/** Limit so that a wrong path does not fill the memory. */
const maxNetworkBytes = 512 * 2 ** 20;

/**
 * Reads and opens the bundle in a folder (manifest.json, golden.json and the network that the manifest names).
 * Throws ERR_BUNDLE if a file is missing or too large, and the errors of openBundle.
 */
export async function readBundleFolder(dir: string): Promise<Bundle> {
  const manifestText = readText(join(dir, 'manifest.json'));
  // Parsed here only for the file's name; openBundle checks everything.
  const { network } = parseManifest(manifestText, `${dir}/manifest.json`);
  const goldenText = readText(join(dir, 'golden.json'));
  const bytes = readInput(join(dir, network.file), {
    code: 'ERR_BUNDLE',
    what: 'a network',
    maxBytes: maxNetworkBytes,
  });
  return openBundle({ manifestText, goldenText, network: bytes }, dir);
}

function readText(path: string): string {
  return readInputText(path, { code: 'ERR_BUNDLE', what: 'a file of a bundle' });
}
