import { Command, Option } from 'commander';
import { defaultPipelineFile } from './default-pipelines.js';
import { addDriveOptions, type DriveFlags } from './drive-options.js';
import { positive, usage } from './option-parsers.js';
import { ofCamera, replaySources } from './rig-sources.js';
import { superviseDrive } from './supervise-drive.js';

interface ReplayFlags extends DriveFlags {
  pipeline: string;
  camera?: string;
  lockstep?: true;
  rate?: number;
  modesFrom?: string;
}

/** `windshield replay <recording|folder|video>`: runs a recorded drive through the pipeline. */
export function replayCommand(): Command {
  const command = new Command('replay')
    .summary('stream a recorded drive through the pipeline, in real time or in lock-step')
    .description(
      'Streams the frames of a recording (MCAP), a folder of pictures or a video through the pipeline.\n' +
        'In real time frames come at the pace at which they were recorded and the newest wins; in\n' +
        'lock-step each frame waits for the one before, nothing is dropped, and the same recording gives\n' +
        'the same results, byte for byte apart from their timing, however busy the machine is.',
    )
    .argument(
      '[recording|folder|video]',
      'the drive; omit it if the pipeline file names cameras with their own sources',
    )
    .addOption(
      new Option('-p, --pipeline <pipeline.yaml>', 'the pipeline file').default(
        defaultPipelineFile,
        'pipelines/default.yaml of windshield itself',
      ),
    )
    .option('--camera <name>', 'only this camera of a pipeline file that has several')
    .option('--lockstep', 'one frame after another, none dropped')
    .addOption(
      new Option('--rate <factor>', 'real time, this many times faster')
        .argParser(positive)
        .conflicts('lockstep'),
    )
    .addOption(
      new Option(
        '--modes-from <results.mcap>',
        'repeat a recorded run in lock-step, frame by frame: its modes, skipped stages and drops',
      )
        .conflicts('rate')
        .implies({ lockstep: true }),
    );
  return addDriveOptions(command).action(async (source: string | undefined, flags: ReplayFlags) => {
    // Before other code is loaded, which keeps the supervisor small.
    if (await superviseDrive(flags)) return;
    const [{ loadPipelineFile }, { configOfCamera }, { drive }] = await Promise.all([
      import('../src/pipeline/pipeline-file.js'),
      import('../src/pipeline/cameras/camera-configs.js'),
      import('./drive.js'),
    ]);
    const file = await loadPipelineFile(flags.pipeline);
    const config = flags.camera === undefined ? file : configOfCamera(file, flags.camera);
    if (config.cameras !== undefined && flags.modesFrom !== undefined)
      throw usage('--modes-from repeats the run of one camera: choose it with --camera');
    const pacing = flags.lockstep ? 'lockstep' : 'realtime';
    const repeat = flags.modesFrom === undefined ? {} : { repeat: flags.modesFrom };
    const own = flags.camera === undefined ? undefined : config.source;
    const sources = replaySources(config, (await ofCamera(source, flags.camera)) ?? own);
    await drive({ config, ...sources, pacing, flags, rateFactor: flags.rate ?? 1, ...repeat });
  });
}
