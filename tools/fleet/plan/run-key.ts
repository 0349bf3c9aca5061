import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';
import { tasks } from '../../../src/bundle/manifest.js';
import { readInput } from '../../../src/files/read-input.js';
import { readBundleFolder } from '../../../src/inference/read-bundle-folder.js';
import { codeSha256 } from '../../../src/outputs/recording/code-hash.js';
import { buildFacts } from '../../../src/outputs/recording/made-by.js';
import type { PipelineConfig } from '../../../src/pipeline/pipeline-schema.js';

/** Everything besides the drive that determines the results of a lock-step run. */
export const runFactsSchema = z.strictObject({
  /** Versions of windshield and ONNX Runtime, and the platform. */
  build: z.string(),
  /** sha256 of the pipeline's code, because the version does not change with every change of code. */
  code: z.string(),
  /** By task, sha256 of the bundle's manifest, which has the network's hash, and golden outputs. */
  bundles: z.record(z.string(), z.string()),
  /** sha256 of the files, or `recording` or `none`. */
  calibration: z.string(),
  mount: z.string(),
  /** Other settings of the pipeline file that affect results, as JSON. */
  settings: z.string(),
});

export type ReplayFacts = z.infer<typeof runFactsSchema>;

export interface Run {
  /** Hash of the facts; identifies the run. */
  key: string;
  facts: ReplayFacts;
}

/** The facts that identify a run, by content. Rejects with ERR_BUNDLE or ERR_CALIBRATION if a file is missing. */
export async function describeRun(config: PipelineConfig): Promise<Run> {
  const bundles: Record<string, string> = {};
  for (const task of tasks) {
    const folder = config.bundles[task];
    if (folder !== undefined) bundles[task] = await bundleSha256(folder);
  }
  const {
    providers,
    preprocess,
    pictureHealth = null,
    allowUncertified,
    frameRateHz = null,
    novelty,
    steeringCheck,
    ground,
  } = config;
  const settings = {
    ...{ providers, preprocess, pictureHealth, allowUncertified, frameRateHz },
    // Newer settings are included only if they are used, so that older keys stay valid.
    ...{ novelty, steeringCheck, ...(ground !== 'plane' && { ground }) },
  };
  const facts: ReplayFacts = {
    build: buildFacts().build,
    code: await codeSha256(),
    bundles,
    calibration: fileSha256(config.calibration),
    mount: fileSha256(config.mount),
    settings: JSON.stringify(settings),
  };
  return { key: runKeyOf(facts), facts };
}

export const runKeyOf = (facts: ReplayFacts): string => sha256(JSON.stringify(facts)).slice(0, 16);

/** The manifest holds the network's hash, and reading the bundle compares the two. */
async function bundleSha256(folder: string): Promise<string> {
  await readBundleFolder(folder);
  const hash = createHash('sha256');
  for (const name of ['manifest.json', 'golden.json'])
    hash.update(readInput(join(folder, name), { code: 'ERR_BUNDLE', what: 'a file of a bundle' }));
  return hash.digest('hex');
}

function fileSha256(path: string): string {
  if (path === 'recording' || path === 'none') return path;
  return sha256(readInput(path, { code: 'ERR_CALIBRATION', what: 'a calibration' }));
}

const sha256 = (data: string | Uint8Array) => createHash('sha256').update(data).digest('hex');
