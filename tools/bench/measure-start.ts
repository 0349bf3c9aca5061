import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PerceptionError } from '../../src/frame/perception-error.js';
import type { PipelineConfig } from '../../src/pipeline/pipeline-schema.js';
import { nearestRank } from '../statistics/percentiles.js';
import { repoDir } from './process-entry.js';

export interface StartRequest {
  /** Of one camera. */
  config: PipelineConfig;
  source: string;
  count: number;
  signal?: AbortSignal;
}

export interface StartTimes {
  /** From the call that starts the process to the line that reports its first published result. */
  medianMs: number;
  eachMs: number[];
}

/**
 * Starts `windshield replay` as a user does, `count` times, and ends it after its first result. Rejects with
 * ERR_INTERNAL and the end of its standard error if one ends earlier.
 */
export async function measureStart(request: StartRequest): Promise<StartTimes> {
  const eachMs: number[] = [];
  const dir = await mkdtemp(join(tmpdir(), 'windshield-start-'));
  try {
    const pipelinePath = join(dir, 'pipeline.yaml');
    await writeFile(pipelinePath, JSON.stringify(withoutPlaces(request.config)));
    for (let index = 0; index < request.count; index++)
      eachMs.push(await startOnce(pipelinePath, request));
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
  const ascending = Float64Array.from(eachMs).sort();
  return { medianMs: Math.round(nearestRank(ascending, 0.5)), eachMs: eachMs.map(Math.round) };
}

/** The pipeline file without what the rig itself records or listens on, which a start must not touch. */
function withoutPlaces({ alternatives, record: _, listen: __, ...kept }: PipelineConfig) {
  return { ...kept, bundles: { ...kept.bundles, ...alternatives } };
}

function startOnce(
  pipelinePath: string,
  { config, source, signal }: StartRequest,
): Promise<number> {
  const entry = join(repoDir, 'bin/windshield.js');
  const args = [entry, 'replay', source, '--pipeline', pipelinePath, '--json'];
  // The pipeline file's own endpoint may be in use by the rig.
  args.push('--endpoint', 'tcp://127.0.0.1:*');
  if (config.allowUncertified) args.push('--allow-uncertified');
  return new Promise((resolve, reject) => {
    const startMs = performance.now();
    const child = spawn(process.execPath, args, {
      stdio: ['ignore', 'ignore', 'pipe'],
      ...(signal && { signal }),
    });
    let firstMs: number | undefined;
    let heard = '';
    child.stderr.on('data', (chunk) => {
      heard = `${heard}${chunk}`.slice(-2000);
      // If there is no terminal, the live line of the first result is written at once.
      if (firstMs !== undefined || !/^frame\s+\d/m.test(heard)) return;
      firstMs = performance.now() - startMs;
      child.kill('SIGINT');
    });
    child.on('error', reject);
    child.on('close', (code) => {
      if (firstMs !== undefined) resolve(firstMs);
      else
        reject(
          new PerceptionError(
            'ERR_INTERNAL',
            `expected replay to publish a result, found exit code ${code}: ${heard.trim().split('\n').at(-1) ?? ''}`,
          ),
        );
    });
  });
}
