import { stat } from 'node:fs/promises';
import { Command, Option } from 'commander';
import type { DriveRoad, DriveWeather } from '../simulator/datasets/drive-look.js';
import { guardOutputs } from '../src/files/output-guard.js';
import { checkNoResultsAt } from '../src/recording/recording-kind.js';
import { numberFlag, sizeFlag } from './option-parsers.js';
import { countsProgress } from './progress-line.js';
import { untilStopped } from './until-stopped.js';

interface DriveFlags {
  seed: string;
  seconds: string;
  rate: string;
  size: string;
  quality: string;
  out: string;
  weather?: DriveWeather;
  road?: DriveRoad;
}

const weathers = ['clear', 'rain', 'fog', 'night'] as const satisfies readonly DriveWeather[];
const roads = ['rural', 'town', 'suburb', 'motorway'] as const satisfies readonly DriveRoad[];

/** `windshield simulate drive`: renders a recording. */
export function driveCommand(): Command {
  return new Command('drive')
    .summary('a recording with calibration and ground truth')
    .description('Drives through the world of a seed and records what the camera sees.')
    .requiredOption('-o, --out <drive.mcap>', 'the recording; it appears only when complete')
    .option('--seed <n>', 'which world', '21')
    .option('--seconds <s>', 'how long', '12.5')
    .option('--rate <Hz>', 'frames per second', '20')
    .option('--size <WxH>', 'pixels', '1280x720')
    .option('--quality <1..100>', 'JPEG quality', '50')
    .addOption(new Option('--weather <weather>', 'default: the seed’s').choices(weathers))
    .addOption(
      new Option('--road <kind>', 'one kind of road for the whole drive (default: a mix)').choices(
        roads,
      ),
    )
    .action(runDrive);
}

async function runDrive(flags: DriveFlags): Promise<void> {
  const [widthPx, heightPx] = sizeFlag(flags.size);
  const recipe = {
    seed: numberFlag('--seed', flags.seed, 0, 2 ** 32, true),
    seconds: numberFlag('--seconds', flags.seconds, 0.1, 3600),
    rateHz: numberFlag('--rate', flags.rate, 1, 120, true),
    quality: numberFlag('--quality', flags.quality, 1, 100, true),
    widthPx,
    heightPx,
    out: flags.out,
    ...((flags.weather ?? flags.road) !== undefined && {
      look: { weather: flags.weather, road: flags.road },
    }),
  };
  guardOutputs([{ option: '--out', path: flags.out, kind: 'recording' }], []);
  await checkNoResultsAt(flags.out);
  const { writeDrive } = await import('../simulator/datasets/drive.js');
  await untilStopped(async (signal, terminal) => {
    const frames = await writeDrive({
      ...recipe,
      signal,
      onProgress: countsProgress(terminal, 'frames'),
    });
    if (signal.aborted) return `${flags.out} was not written`;
    const { size } = await stat(flags.out);
    const length = `${frames} frames of ${widthPx}x${heightPx}, ${recipe.seconds} s`;
    terminal.clearLive();
    terminal.print(`${flags.out}: ${length}, ${(size / 1e6).toFixed(1)} MB, seed ${recipe.seed}`);
    return '';
  });
}
