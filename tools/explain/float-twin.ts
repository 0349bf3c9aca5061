import { readdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Bundle } from '../../src/bundle/bundle.js';
import { PerceptionError } from '../../src/frame/perception-error.js';
import { readBundleFolder } from '../../src/inference/read-bundle-folder.js';

/**
 * The float32 network that a quantised bundle was made from: the folder next to it, or in `modelsDir`, whose network
 * has the hash that the manifest names. Undefined if the bundle itself is float32. Rejects with ERR_USAGE if it is
 * not found.
 */
export async function floatTwin(
  { manifest, where }: Bundle,
  bundleDir: string,
  modelsDir: string,
): Promise<Bundle | undefined> {
  const { quantisation } = manifest;
  if (quantisation === undefined) return undefined;
  for (const dir of new Set([dirname(resolve(bundleDir)), resolve(modelsDir)])) {
    const entries = await readdir(dir, { withFileTypes: true });
    for (const { name } of entries.filter((entry) => entry.isDirectory())) {
      const bundle = await readBundleFolder(join(dir, name)).catch(() => undefined);
      if (bundle?.manifest.network.sha256 === quantisation.floatSha256) return bundle;
    }
  }
  throw new PerceptionError(
    'ERR_USAGE',
    `${where}: a quantised network is explained through its float32 twin: expected a bundle of sha256 ${quantisation.floatSha256.slice(0, 12)}… beside it, found none; --method occlusion explains it as it is`,
  );
}
