import { Command, Option } from 'commander';
import { guardOutputs } from '../../src/files/output-guard.js';
import { writeWhole } from '../../src/files/write-whole.js';
import { exitCodes } from '../exit-codes.js';
import { codeSize, numberOf, positiveInteger } from '../option-parsers.js';
import { countsProgress } from '../progress-line.js';
import { untilStopped } from '../until-stopped.js';
import { addStoreOptions, type StoreFlags } from './fleet-options.js';

interface FleetAutoencoderFlags extends StoreFlags {
  out: string;
  every: number;
  holdOut: number;
  code: number;
  denoising?: true;
  steps: number;
  seed: number;
  threads: number;
}

/** `windshield fleet autoencoder <drives.yaml> --out frames.onnx`. */
export function fleetAutoencoderCommand(): Command {
  const command = new Command('autoencoder')
    .summary('train an autoencoder on unlabelled frames, for --kind autoencoder')
    .description(
      'Trains a small convolutional autoencoder on frames of many drives, not rectified. `fleet codes --kind\n' +
        'autoencoder` and `novelty train --autoencoder` use it.',
    )
    .argument('<drives.yaml>', 'the list of drives')
    .requiredOption('-o, --out <file.onnx>', 'the network to write')
    .addOption(
      new Option('--every <s>', 'seconds between frames')
        .argParser(numberOf({ least: 0.01, most: 3600, what: 'seconds' }))
        .default(1),
    )
    .addOption(
      new Option('--hold-out <n>', 'hold out every n-th drive to measure on')
        .argParser(numberOf({ least: 2, isWhole: true }))
        .default(10),
    )
    .addOption(
      new Option('--code <numbers>', 'size of a code, a multiple of 8')
        .argParser(codeSize)
        .default(64),
    )
    .option('--denoising', 'learn to restore the clean picture from a corrupted one')
    .option('--steps <n>', 'training steps, 16 pictures each', positiveInteger, 3000)
    .option('--seed <n>', 'seed of the weights and of the order', positiveInteger, 1)
    .option('--threads <n>', 'CPU threads', positiveInteger, 1);
  return addStoreOptions(command).action(fleetAutoencoder);
}

async function fleetAutoencoder(path: string, flags: FleetAutoencoderFlags): Promise<void> {
  const { out, steps, threads, seed } = flags;
  guardOutputs([{ option: '--out', path: out, kind: 'network' }], [{ role: 'the drives', path }]);
  const [{ readDrivesFile }, { findDrives }, { framesOfFleet }, { trainAutoencoder }] =
    await Promise.all([
      import('../../tools/fleet/plan/drives-file.js'),
      import('../../tools/fleet/plan/find-drives.js'),
      import('../../tools/autoencoder/frames-of-drives.js'),
      import('../../tools/autoencoder/train-autoencoder.js'),
    ]);
  await untilStopped(async (signal, terminal) => {
    const store = { endpoint: flags.endpoint };
    const drives = await findDrives(readDrivesFile(path).drives, store);
    const choice = { everyS: flags.every, holdOutEvery: flags.holdOut };
    const showDrives = countsProgress(terminal, 'drives');
    const { learnt, heldOut, failures } = await framesOfFleet(drives, store, choice, showDrives);
    const showSteps = countsProgress(terminal, 'steps');
    const { bytes, spec } = await trainAutoencoder(learnt, heldOut, {
      ...{ codeSize: flags.code, isDenoising: flags.denoising === true, steps, seed, threads },
      onProgress: (step) => showSteps(step, steps),
      signal,
    });
    if (signal.aborted) return `${out} was not written`;
    writeWhole(out, bytes);
    terminal.clearLive();
    const { pictures, heldOutError } = spec;
    const error =
      heldOutError === null ? 'nothing held out' : `held-out error ${heldOutError.toFixed(4)}`;
    terminal.print(`${out}: learnt from ${pictures} frames of ${drives.length} drives, ${error}`);
    for (const failure of failures) terminal.print(`failed   ${failure}`);
    if (failures.length > 0) process.exitCode = exitCodes.failedVerdict;
    return '';
  }, 'fleet autoencoder');
}
