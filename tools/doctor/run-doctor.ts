import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
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
  /** Undefined: only the machine is looked at. */
  config?: PipelineConfig;
  /** A device, or a live source as the pipeline file writes it, to measure for `seconds`. */
  camera?: string;
  seconds: number;
  /** Stands for `/` where the kernel's files are read. */
  root?: string;
  /** Told what is looked at next. */
  onProgress?: (what: string) => void;
}

/** What was found, as `--json` prints it. */
export interface Diagnosis {
  /** False when something that the pipeline needs is missing or fails. */
  isReady: boolean;
  findings: Finding[];
  /** Null without a pipeline file. */
  headroom: Headroom | null;
}

/** Lanes that the file insists on; those of `auto` are as many as there are cores. */
const laneCountIn = (config: PipelineConfig | undefined) =>
  config === undefined || config.lanes === 'auto' ? config?.laneCount : config.lanes.length;

/**
 * Looks at everything that a pipeline needs of a machine, one thing after the other so that none disturbs the
 * measuring of another. What it finds wrong is a finding; it rejects only for faults of its own.
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
  await look('programs', async () => {
    const needs = (await rowOfSource(config?.source))?.programs ?? [];
    return [await checkCodec(), ...(await checkPrograms(needs, repoDir))];
  });
  await look('cameras', () => [checkPluggedCameras(root, config?.source)]);
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
