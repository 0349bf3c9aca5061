import type { Bundle } from '../src/bundle/bundle.js';
import type { Task } from '../src/bundle/manifest.js';
import { PerceptionError } from '../src/frame/perception-error.js';
import { readBundleFolder } from '../src/inference/read-bundle-folder.js';
import { shippedModelsDir } from './default-pipelines.js';

export interface ExplainedBundle {
  bundle: Bundle;
  /** Text for people if `bundle` is the float32 twin of the requested one. */
  twinNote?: string;
}

/**
 * The bundle of the requested stage, or its float32 twin. Rejects with ERR_USAGE for a bundle of another task, and as
 * floatTwin does.
 */
export async function openExplained(stage: Task, bundleDir: string): Promise<ExplainedBundle> {
  const { floatTwin } = await import('../tools/explain/float-twin.js');
  const asked = await readStage(stage, bundleDir);
  const twin = await floatTwin(asked, bundleDir, shippedModelsDir);
  if (twin === undefined) return { bundle: asked };
  return {
    bundle: twin,
    twinNote: `explained through the float32 twin of ${bundleDir}: ${twin.where}`,
  };
}

/** The bundle itself. Rejects with ERR_USAGE for a bundle of another task. */
export async function readStage(stage: Task, bundleDir: string): Promise<Bundle> {
  const bundle = await readBundleFolder(bundleDir);
  const { task } = bundle.manifest;
  if (task === stage) return bundle;
  throw new PerceptionError(
    'ERR_USAGE',
    `--bundle: expected a bundle for ${stage}, found one for ${task}`,
  );
}
