import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Command, Option } from 'commander';
import { PerceptionError } from '../src/frame/perception-error.js';
import type { RigOptions } from '../src/pipeline/cameras/open-rig.js';
import type { PipelineOptions } from '../src/pipeline/pipeline-options.js';
import type { PipelineConfig } from '../src/pipeline/pipeline-schema.js';
import { chosenCameraOf } from '../src/recording/recorded-cameras.js';
import type { RigDrives } from '../tools/verdict/compare-rigs.js';
import { defaultPipelineFile } from './default-pipelines.js';
import { ofCamera, type ReplaySources, replaySources } from './rig-sources.js';
import {
  addVerdictOptions,
  guardReports,
  namedDrives,
  showVerdict,
  type VerdictFlags,
} from './show-verdict.js';
import { onStopSignals } from './stop-signals.js';
import { Terminal } from './terminal.js';

interface VerifyFlags extends VerdictFlags {
  reference: string;
  pipeline: string;
  camera?: string;
  out?: string;
  update?: true;
}

/** `windshield verify <drive> --reference <results.mcap>`: checks whether this build still gives the reference's results. */
export function verifyCommand(): Command {
  const command = new Command('verify')
    .summary('replay a drive and judge its results against a reference')
    .description(
      'Replays a drive in lock-step and compares the results with a reference, byte for byte where build,\n' +
        'machine, networks and provider are the same, and in words everywhere: which sign was lost, which\n' +
        'pedestrian is seen later, where steering differs most, which setting changed. Exit code 1 if the\n' +
        'rules do not allow a difference. The reference is written only with --update. A pipeline file with\n' +
        'several cameras is verified as a rig: every camera against its own reference, one verdict for all.',
    )
    .argument(
      '[drive]',
      'a recording, a folder of pictures or a video; omit it if the pipeline file names cameras with their own sources',
    )
    .requiredOption('--reference <results.mcap>', 'the results of this drive when they were right')
    .addOption(
      new Option('-p, --pipeline <pipeline.yaml>', 'the pipeline file').default(
        defaultPipelineFile,
        'pipelines/default.yaml of windshield itself',
      ),
    )
    .option('--camera <name>', 'only this camera of a pipeline file that has several')
    .option('-o, --out <results.mcap>', 'also keep the new results')
    .option('--update', 'make these results the reference, on purpose');
  return addVerdictOptions(command).action(verify);
}

async function verify(drive: string | undefined, flags: VerifyFlags): Promise<void> {
  const given = await ofCamera(drive, flags.camera);
  const reference = await referenceOf(flags);
  const { loadPipelineFile } = await import('../src/pipeline/pipeline-file.js');
  const { configOfCamera } = await import('../src/pipeline/cameras/camera-configs.js');
  const file = await loadPipelineFile(flags.pipeline);
  const config = flags.camera === undefined ? file : configOfCamera(file, flags.camera);
  const own = flags.camera === undefined ? undefined : config.source;
  const sources = replaySources(config, given ?? own);
  const drives = given ?? own ?? drivesOf(config);
  guardReports(flags, {
    ...namedDrives(drives),
    'the reference': reference,
    'the results': flags.out,
  });
  if (flags.out !== undefined) await guardResults(flags.out, drives, flags);
  if (flags.update) await guardReference(reference, drives, flags.pipeline);
  const dir = await mkdtemp(join(tmpdir(), 'windshield-verify-'));
  try {
    const results = flags.out === undefined ? join(dir, 'results.mcap') : resolve(flags.out);
    await replayInto(results, config, sources);
    if (flags.update) {
      const { writeReference } = await import('../tools/verdict/write-reference.js');
      await writeReference(results, reference);
      new Terminal().print(`${reference}: the reference is renewed`);
    } else await showVerdict(reference, results, drives, flags);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/**
 * The reference, with `camera` that camera of one of a whole rig. Rejects with ERR_SOURCE_MISSING, and with ERR_OUTPUT where
 * `update` would put one camera in place of a rig's reference.
 */
export async function referenceOf({
  reference,
  camera,
  update,
}: Pick<VerifyFlags, 'reference' | 'camera' | 'update'>): Promise<string> {
  const location = (await ofCamera(reference, camera)) ?? reference;
  const { path, camera: chosen } = chosenCameraOf(location);
  if (update && chosen !== undefined)
    throw new PerceptionError(
      'ERR_OUTPUT',
      `--reference: expected nothing yet, or results of one camera to renew, found those of a rig, which are renewed as a whole: ${path}`,
    );
  const { stat } = await import('node:fs/promises');
  if (update || (await stat(path).catch(() => undefined))) return location;
  throw new PerceptionError(
    'ERR_SOURCE_MISSING',
    `there is no reference ${path}; --update makes one`,
  );
}

/** The new results replace nothing that they are judged by. Rejects as guardOutputs does. */
async function guardResults(
  path: string,
  drives: RigDrives,
  { reference, rules, pipeline }: VerifyFlags,
): Promise<void> {
  const { guardOutputs } = await import('../src/files/output-guard.js');
  const inputs = {
    ...namedDrives(drives),
    'the reference': reference,
    'the pipeline file': pipeline,
  };
  guardOutputs(
    [{ option: '--out', path, kind: 'recording' }],
    Object.entries({ ...inputs, ...(rules !== undefined && { 'the rules': rules }) }).map(
      ([role, input]) => ({ role, path: input }),
    ),
  );
}

/** A new reference may replace only older results. Rejects as guardOutputs and checkNoDriveAt do. */
async function guardReference(path: string, drives: RigDrives, pipeline: string): Promise<void> {
  const { guardOutputs } = await import('../src/files/output-guard.js');
  const { checkNoDriveAt } = await import('../src/recording/recording-kind.js');
  const inputs = [
    ...Object.entries(namedDrives(drives)).map(([role, drive]) => ({ role, path: drive })),
    { role: 'the pipeline file', path: pipeline },
  ];
  guardOutputs([{ option: '--reference', path, kind: 'recording' }], inputs);
  await checkNoDriveAt(path);
}

/** The drive that the file names for each camera. */
const drivesOf = ({ cameras = {} }: PipelineConfig): Record<string, string> =>
  Object.fromEntries(Object.entries(cameras).map(([name, { source }]) => [name, source]));

/** Replays in lock-step without publishing; rejects if a drive did not run to its end. */
async function replayInto(
  path: string,
  file: PipelineConfig,
  { source, sources }: ReplaySources,
): Promise<void> {
  const stop = new AbortController();
  const forget = onStopSignals(() => stop.abort());
  const options = {
    config: { ...file, publish: {}, record: { path, images: false } },
    pacing: 'lockstep',
    signal: stop.signal,
    note: (text: string) => new Terminal().note(text),
  } as const;
  try {
    const { report, error } =
      source === undefined ? await replayRig(options, sources) : await replayOne(options, source);
    if (error !== undefined) throw error;
    const runs = 'cameras' in report ? Object.values(report.cameras) : [report];
    if (runs.some((run) => run.source.end === 'stopped'))
      throw new PerceptionError('ERR_USAGE', 'stopped before the end of the drive: no verdict');
  } finally {
    forget();
  }
}

async function replayOne(options: Omit<PipelineOptions, 'source'>, source: string) {
  const { runPipeline } = await import('../src/pipeline/pipeline.js');
  return runPipeline({ ...options, source });
}

async function replayRig(options: RigOptions, sources: ReplaySources['sources']) {
  const { openRig } = await import('../src/pipeline/cameras/open-rig.js');
  const rig = await openRig({ ...options, ...(sources && { sources }) });
  return rig.run(options.signal);
}
