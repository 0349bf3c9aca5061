import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { writeTinyBundles } from './tiny-bundles.js';
import { writeTinyDrive } from './tiny-drive.js';

export interface TinyRig {
  dir: string;
  drivePath: string;
  pipelinePath: string;
  bundleDirs: Awaited<ReturnType<typeof writeTinyBundles>>;
  /** Writes a variant of the pipeline file beside the first; returns its path. */
  writePipeline(name: string, changes: object): Promise<string>;
  remove(): Promise<void>;
}

/** A folder with four tiny bundles, a drive of `frameCount` frames and a pipeline file that publishes on a free port. */
export async function makeTinyRig(frameCount: number, rateHz = 20): Promise<TinyRig> {
  const dir = await mkdtemp(join(tmpdir(), 'windshield-rig-'));
  const drivePath = join(dir, 'drive.mcap');
  const [bundleDirs] = await Promise.all([
    writeTinyBundles(join(dir, 'models')),
    writeTinyDrive(drivePath, frameCount, rateHz),
  ]);
  const pipeline = {
    source: 'drive.mcap',
    bundles: {
      detection: 'models/detection',
      signs: 'models/signs',
      segmentation: 'models/segmentation',
      steering: 'models/steering',
    },
    lanes: [['steering', 'detection', 'signs'], ['segmentation']],
    publish: { zeromq: { endpoint: 'tcp://127.0.0.1:*' } },
  };
  const writePipeline = async (name: string, changes: object) => {
    const path = join(dir, name);
    await writeFile(path, stringify({ ...pipeline, ...changes }));
    return path;
  };
  const pipelinePath = await writePipeline('pipeline.yaml', {});
  const remove = () => rm(dir, { recursive: true, force: true });
  return { dir, drivePath, pipelinePath, bundleDirs, writePipeline, remove };
}
