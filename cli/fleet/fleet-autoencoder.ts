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
    .summary('learn frames without labels, for codes of --kind autoencoder')
    .description(
      'Trains a small convolutional autoencoder on frames of many drives, as the lens gives them. `fleet codes --kind\n' +
        'autoencoder` codes drives by it, `novelty train --autoencoder` begins with it.',
    )
    .argument('<drives.yaml>', 'which drives')
    .requiredOption('-o, --out <file.onnx>', 'where the trained one goes')
    .addOption(
      new Option('--every <s>', 'seconds from one frame to the next')
        .argParser(numberOf({ least: 0.01, most: 3600, what: 'seconds' }))
        .default(1),
    )
    .addOption(
      new Option('--hold-out <n>', 'each n-th drive is only measured')
        .argParser(numberOf({ least: 2, isWhole: true }))
        .default(10),
    )
    .addOption(
      new Option('--code <numbers>', 'numbers of a code, a multiple of 8')
        .argParser(codeSize)
        .default(64),
    )
    .option('--denoising', 'learn to give the clean picture of a spoilt one')
    .option('--steps <n>', 'of training, 16 pictures each', positiveInteger, 3000)
    .option('--seed <n>', 'of weights and order', positiveInteger, 1)
    .option('--threads <n>', 'that compute', positiveInteger, 1);
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
