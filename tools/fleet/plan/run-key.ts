import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';
import { tasks } from '../../../src/bundle/manifest.js';
import { readInput } from '../../../src/files/read-input.js';
import { readBundleFolder } from '../../../src/inference/read-bundle-folder.js';
import { codeSha256 } from '../../../src/outputs/recording/code-hash.js';
import { buildFacts } from '../../../src/outputs/recording/made-by.js';
import type { PipelineConfig } from '../../../src/pipeline/pipeline-schema.js';

/** All that decides, beside the drive, what a lock-step run sees. */
export const runFactsSchema = z.strictObject({
  /** Versions of windshield and ONNX Runtime, and the platform. */
  build: z.string(),
  /** sha256 of the code of the pipeline: a version is not raised with every change. */
  code: z.string(),
  /** By task, sha256 of the bundle's manifest, which has the network's hash, and golden outputs. */
  bundles: z.record(z.string(), z.string()),
  /** sha256 of the files, or `recording` or `none`. */
  calibration: z.string(),
  mount: z.string(),
  /** What else of the pipeline file decides results, as JSON. */
  settings: z.string(),
});

export type ReplayFacts = z.infer<typeof runFactsSchema>;

export interface Run {
  /** Hash of the facts: names the run. */
  key: string;
  facts: ReplayFacts;
}

/** What a run is made of, by content. Rejects with ERR_BUNDLE or ERR_CALIBRATION where a file is missing. */
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
    // What came later stands there only where it is used, so that older keys stay.
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
