import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Command, Option } from 'commander';
import { PerceptionError } from '../src/frame/perception-error.js';
import { defaultPipelineFile } from './default-pipelines.js';
import { addVerdictOptions, guardReports, showVerdict, type VerdictFlags } from './show-verdict.js';
import { onStopSignals } from './stop-signals.js';
import { Terminal } from './terminal.js';

interface VerifyFlags extends VerdictFlags {
  reference: string;
  pipeline: string;
  camera?: string;
  out?: string;
  update?: true;
}

/** `windshield verify <drive> --reference <results.mcap>`: does this build still see what it saw. */
export function verifyCommand(): Command {
  const command = new Command('verify')
    .summary('replay a drive and judge its results against a reference')
    .description(
      'Replays a drive in lock-step and compares the results with a reference, byte for byte where build,\n' +
        'machine, networks and provider are the same, and in words everywhere: which sign was lost, which\n' +
        'pedestrian seen later, where steering differs most, which setting changed. Exit code 1 where the\n' +
        'rules do not allow what was found. The reference is written with --update only.',
    )
    .argument('<drive>', 'a recording, a folder of pictures or a video')
    .requiredOption('--reference <results.mcap>', 'what this drive gave when it was right')
    .addOption(
      new Option('-p, --pipeline <pipeline.yaml>', 'the pipeline file').default(
        defaultPipelineFile,
        'pipelines/default.yaml of windshield itself',
      ),
    )
    .option('--camera <name>', 'as this camera of a pipeline file that has several')
    .option('-o, --out <results.mcap>', 'keep the results')
    .option('--update', 'make these results the reference, on purpose');
  return addVerdictOptions(command).action(verify);
}

async function verify(drive: string, flags: VerifyFlags): Promise<void> {
  const { stat } = await import('node:fs/promises');
  if (!flags.update && !(await stat(flags.reference).catch(() => undefined)))
    throw new PerceptionError(
      'ERR_SOURCE_MISSING',
      `there is no reference ${flags.reference}; --update makes one`,
    );
  guardReports(flags, {
    'the drive': drive,
    'the reference': flags.reference,
    'the results': flags.out,
  });
  if (flags.update) await guardReference(flags.reference, drive, flags.pipeline);
  const dir = await mkdtemp(join(tmpdir(), 'windshield-verify-'));
  try {
    const results = flags.out === undefined ? join(dir, 'results.mcap') : resolve(flags.out);
    await replayInto(results, drive, flags);
    if (flags.update) {
      const { writeReference } = await import('../tools/verdict/write-reference.js');
      await writeReference(results, flags.reference);
      new Terminal().print(`${flags.reference}: the reference is renewed`);
    } else await showVerdict(flags.reference, results, drive, flags);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/** A new reference takes the place of older results alone. Rejects as guardOutputs and checkNoDriveAt do. */
async function guardReference(path: string, drive: string, pipeline: string): Promise<void> {
  const { guardOutputs } = await import('../src/files/output-guard.js');
  const { checkNoDriveAt } = await import('../src/recording/recording-kind.js');
  const inputs = [
    { role: 'the drive', path: drive },
    { role: 'the pipeline file', path: pipeline },
  ];
  guardOutputs([{ option: '--reference', path, kind: 'recording' }], inputs);
  await checkNoDriveAt(path);
}

/** Replays in lock-step, publishing nothing; rejects where the drive did not come to its end. */
async function replayInto(
  path: string,
  source: string,
  { pipeline, camera }: VerifyFlags,
): Promise<void> {
  const { loadPipelineFile } = await import('../src/pipeline/pipeline-file.js');
  const { runPipeline } = await import('../src/pipeline/pipeline.js');
  const { configOfCamera } = await import('../src/pipeline/cameras/camera-configs.js');
  const config = configOfCamera(await loadPipelineFile(pipeline), camera);
  const stop = new AbortController();
  const forget = onStopSignals(() => stop.abort());
  try {
    const { report, error } = await runPipeline({
      config: { ...config, publish: {}, record: { path, images: false } },
      source,
      pacing: 'lockstep',
      signal: stop.signal,
      note: (text) => new Terminal().note(text),
    });
    if (error !== undefined) throw error;
    if (report.source.end === 'stopped')
      throw new PerceptionError('ERR_USAGE', 'stopped before the end of the drive: no verdict');
  } finally {
    forget();
  }
}
