import type { Bundle } from '../../src/bundle/bundle.js';
import type { Task } from '../../src/bundle/manifest.js';
import { PerceptionError } from '../../src/frame/perception-error.js';
import { readBundleFolder } from '../../src/inference/read-bundle-folder.js';
import { loadPipelineFile } from '../../src/pipeline/pipeline-file.js';

/**
 * Tasks whose networks see the complete frame, best first: a network that learnt to name every pixel knows most about
 * a scene.
 */
const preference: readonly Task[] = ['segmentation', 'detection', 'steering'];

/** The network of a pipeline file that codes what frames look like. Rejects as loadPipelineFile and readBundleFolder do. */
export async function lookingBundle(pipelinePath: string): Promise<Bundle> {
  const { bundles } = await loadPipelineFile(pipelinePath);
  const folder = preference.map((task) => bundles[task]).find((path) => path !== undefined);
  if (folder !== undefined) return readBundleFolder(folder);
  throw new PerceptionError(
    'ERR_CONFIG',
    `${pipelinePath}: expected a network for ${preference.join(', ')}, found none`,
  );
}
