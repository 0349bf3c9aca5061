import type { PipelineOptions } from './pipeline-options.js';

/** Checks before the first frame that the recording replaces only older results, and nothing that the run reads. */
export async function guardRecording({ config, source, repeat }: PipelineOptions): Promise<void> {
  const { record, calibration, mount, bundles, publish, listen } = config;
  if (record === undefined) return;
  const { guardOutputs } = await import('../files/output-guard.js');
  const keyFile = publish.zeromq?.curve?.keyFile;
  const inputs = [
    { role: 'the drive', path: source },
    { role: 'the calibration', path: calibration },
    { role: 'the mount', path: mount },
    ...Object.values(bundles).map((path = '') => ({ role: 'a bundle', path })),
    ...(repeat === undefined ? [] : [{ role: 'the run to repeat', path: repeat }]),
    ...[keyFile ?? [], listen?.tokenFile ?? []]
      .flat()
      .map((path) => ({ role: 'the key file', path })),
  ];
  guardOutputs([{ option: 'recording', path: record.path, kind: 'recording' }], inputs);
  const { checkNoDriveAt } = await import('../recording/recording-kind.js');
  await checkNoDriveAt(record.path);
}
