import { Command } from 'commander';
import { loadPipelineFile } from '../src/pipeline/pipeline-file.js';
import { measuredJson } from '../src/text/measured-json.js';
import { exitCodes } from './exit-codes.js';
import { numberOf } from './option-parsers.js';
import { Terminal } from './terminal.js';

interface DoctorFlags {
  json?: true;
  camera?: string;
  seconds: number;
}

/** `windshield doctor [pipeline.yaml]`: checks whether this machine has what a pipeline needs, and predicts its rate. */
export function doctorCommand(): Command {
  return new Command('doctor')
    .summary('check this machine, and whether it has what a pipeline file needs')
    .description(
      'Checks Node.js, ONNX Runtime and its execution providers (each proven by a run in a process of its\n' +
        'own), programs, cameras, disk, clocks and temperatures. With a pipeline file also its source,\n' +
        'calibration, endpoint and bundles, and how much time its lanes have to spare at the rate of the\n' +
        'source. A * marks what is needed. Exit code 1 when something needed is missing or fails.',
    )
    .argument('[pipeline.yaml]', 'the pipeline file; without one only the machine is checked')
    .option('--camera <device>', 'also measure how evenly this camera delivers its frames')
    .option(
      '--seconds <n>',
      'how long to measure it',
      numberOf({ above: 0, most: 3600, what: 'seconds' }),
      5,
    )
    .option('--json', 'print one JSON object {isReady, findings, headroom} instead of the table')
    .action(async (path: string | undefined, flags: DoctorFlags) => {
      await diagnose(path, flags);
    });
}

async function diagnose(path: string | undefined, flags: DoctorFlags): Promise<void> {
  const config = path === undefined ? {} : { config: await loadPipelineFile(path) };
  const { runDoctor } = await import('../tools/doctor/run-doctor.js');
  const { formatDiagnosis } = await import('../tools/doctor/format-diagnosis.js');
  const terminal = new Terminal();
  const { camera } = flags;
  const diagnosis = await runDoctor({
    ...config,
    ...(camera === undefined ? {} : { camera }),
    seconds: flags.seconds,
    onProgress: (what) => {
      if (terminal.isInteractive) terminal.showLive(`looking at ${what}`);
    },
  });
  const columns = process.stdout.columns ?? 100;
  terminal.print(flags.json ? measuredJson(diagnosis) : formatDiagnosis(diagnosis, columns));
  if (!diagnosis.isReady) process.exitCode = exitCodes.failedVerdict;
}
