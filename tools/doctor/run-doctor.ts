import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cameraConfigs } from '../../src/pipeline/cameras/camera-configs.js';
import type { PipelineConfig } from '../../src/pipeline/pipeline-schema.js';
import { checkJitter } from './camera-jitter.js';
import { checkPluggedCameras } from './check-cameras.js';
import { checkClocks } from './check-clocks.js';
import { checkCodec } from './check-codec.js';
import { checkDisk } from './check-disk.js';
import { checkCores, checkJetson, checkMemory, checkThermals } from './check-machine.js';
import { checkNode } from './check-node.js';
import { checkPipeline } from './check-pipeline.js';
import { checkPrograms } from './check-programs.js';
import { checkProviders, checkRuntime } from './check-providers.js';
import { rowOfSource } from './check-source.js';
import { type Finding, isBlocking } from './finding.js';
import type { Headroom } from './headroom.js';

const repoDir = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? '../../' : '../../../', import.meta.url),
);

export interface DoctorOptions {
  /** If undefined, only the machine is checked. */
  config?: PipelineConfig;
  /** A device, or a live source as the pipeline file writes it, to measure for `seconds`. */
  camera?: string;
  seconds: number;
  /** Replaces `/` in the paths of kernel files. */
  root?: string;
  /** Called with the name of the next check. */
  onProgress?: (what: string) => void;
}

/** The findings, as `--json` prints them. */
export interface Diagnosis {
  /** False if something that the pipeline needs is missing or fails. */
  isReady: boolean;
  findings: Finding[];
  /** Null without a pipeline file. */
  headroom: Headroom | null;
}

/** Number of lanes if the file fixes it; otherwise undefined, because `auto` follows the number of cores. */
const laneCountIn = (config: PipelineConfig | undefined) =>
  config === undefined || config.lanes === 'auto' ? config?.laneCount : config.lanes.length;

/**
 * Checks everything that a pipeline needs of a machine, one thing after the other so that no measurement disturbs
 * another. Faults of the machine become findings; it rejects only for its own faults.
 */
export async function runDoctor(options: DoctorOptions): Promise<Diagnosis> {
  const { config, camera, seconds, root = '/', onProgress = () => {} } = options;
  const findings: Finding[] = [];
  const look = async (what: string, check: () => Promise<Finding[]> | Finding[]) => {
    onProgress(what);
    findings.push(...(await check()));
  };
  await look('the machine', async () => [
    checkNode(process.version, repoDir),
    checkCores(root, laneCountIn(config)),
    checkMemory(root),
    await checkThermals(root),
    ...(await checkJetson(root)),
  ]);
  await look('the clocks', async () => [await checkClocks()]);
  await look('ONNX Runtime', () => [checkRuntime()]);
  await look('execution providers', () => checkProviders(config?.providers));
  // A pipeline file of several cameras has a source for each.
  const sources = config && (cameraConfigs(config) ?? [config]).map(({ source }) => source);
  await look('programs', async () => {
    const rows = await Promise.all((sources ?? []).map(rowOfSource));
    const needs = rows.flatMap((row) => row?.programs ?? []);
    return [await checkCodec(), ...(await checkPrograms(needs, repoDir))];
  });
  await look('cameras', () => [checkPluggedCameras(root, ...(sources ?? []))]);
  if (camera !== undefined)
    await look(`${camera} for ${seconds} s`, async () => [await checkJitter(camera, seconds)]);
  await look('the disk', async () => {
    const path = config?.record?.path;
    return [
      await checkDisk(path === undefined ? process.cwd() : dirname(path), path !== undefined),
    ];
  });
  let headroom: Headroom | null = null;
  if (config !== undefined)
    await look('the pipeline', async () => {
      const checked = await checkPipeline(config);
      headroom = checked.headroom;
      return checked.findings;
    });
  return { isReady: !findings.some(isBlocking), findings, headroom };
}
