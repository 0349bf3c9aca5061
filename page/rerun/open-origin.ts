import { type Bundle, openBundle, parseManifest } from '../../src/bundle/bundle.js';
import type { BundleOrigin } from './rerun-protocol.js';

const maxNetworkBytes = 512 * 2 ** 20;

/** Reads and checks a bundle. Rejects with a one-line error. */
export async function openOrigin(origin: BundleOrigin): Promise<Bundle> {
  const read = 'url' in origin ? fromAddress(origin.url) : fromFiles(origin.name, origin.files);
  const where = 'url' in origin ? origin.url : origin.name;
  const manifestText = new TextDecoder().decode(await read('manifest.json'));
  const { network } = parseManifest(manifestText, `${where}/manifest.json`);
  const goldenText = new TextDecoder().decode(await read('golden.json'));
  return openBundle({ manifestText, goldenText, network: await read(network.file) }, where);
}

const fromAddress = (url: string) => async (name: string) => {
  const response = await fetch(`${url}/${name}`);
  if (!response.ok) throw new Error(`${url}/${name}: the server answered ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
};

const fromFiles = (folder: string, files: readonly File[]) => async (name: string) => {
  const file = files.find((candidate) => candidate.name === name);
  if (file === undefined) {
    const known = files.slice(0, 8).map((candidate) => candidate.name);
    throw new Error(`${folder}: expected a file ${name}, found ${known.join(', ') || 'nothing'}`);
  }
  if (file.size > maxNetworkBytes) throw new Error(`${name}: ${file.size} bytes are too many`);
  return new Uint8Array(await file.arrayBuffer());
};
