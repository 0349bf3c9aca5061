import { existsSync, statSync } from 'node:fs';
import { Command } from 'commander';
import { PerceptionError } from '../src/frame/perception-error.js';
import { addDriveOptions, type DriveFlags } from './drive-options.js';
import { superviseDrive } from './supervise-drive.js';

interface RunFlags extends DriveFlags {
  camera?: string;
}

/** `windshield run <pipeline.yaml>`: runs live, until the source ends or Ctrl-C. */
export function runCommand(): Command {
  const command = new Command('run')
    .summary('run the pipeline live on the source that its file names')
    .description(
      'Opens the source of the pipeline file, runs its networks on the newest frame and publishes each\n' +
        'result. Ctrl-C ends the run and prints the table; a second Ctrl-C ends it at once.',
    )
    .argument('<pipeline.yaml>', 'the pipeline file; docs/pipeline.md explains every key');
  command.option('--camera <name>', 'only this camera of a pipeline file that has several');
  return addDriveOptions(command).action(async (path: string, flags: RunFlags) => {
    // Before other code is loaded, which keeps the supervisor small.
    if (await superviseDrive(flags)) return;
    const [{ loadPipelineFile }, { configOfCamera }, { drive }] = await Promise.all([
      import('../src/pipeline/pipeline-file.js'),
      import('../src/pipeline/cameras/camera-configs.js'),
      import('./drive.js'),
    ]);
    refuseDrive(path);
    const file = await loadPipelineFile(path);
    const config = flags.camera === undefined ? file : configOfCamera(file, flags.camera);
    const { source, cameras } = config;
    if (source === undefined && cameras === undefined)
      throw new PerceptionError('ERR_CONFIG', `${path}: expected a source to run on, found none`);
    await drive({ config, ...(source !== undefined && { source }), pacing: 'realtime', flags });
  });
}

/** Drives are played by `replay`, so a drive as argument is refused with a hint. */
function refuseDrive(path: string): void {
  if (/\.(ya?ml|json)$/i.test(path) || !existsSync(path)) return;
  const isDrive =
    statSync(path).isDirectory() || /\.(mcap|bag|db3|mp4|mkv|avi|mov|h264|m2?ts|webm)$/i.test(path);
  if (isDrive)
    throw new PerceptionError(
      'ERR_USAGE',
      `expected a pipeline file, found a drive: ${path}; \`windshield replay ${path}\` plays it`,
    );
}
