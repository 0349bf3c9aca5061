import { Command } from 'commander';
import { copyForCommand } from './copy-recording.js';

/** `windshield merge <recordings...> --out <drive.mcap>`. */
export function mergeCommand(): Command {
  return new Command('merge')
    .summary('merge several recordings into one, in time order')
    .description(
      'Merges the numbered files of one drive, a run’s results with the drive it replayed, or the recordings of\n' +
        'several programs. Identical channels become one.',
    )
    .argument('<recordings...>', 'MCAP files')
    .requiredOption('-o, --out <drive.mcap>', 'the recording to write')
    .option('--json', 'print one JSON object')
    .action(async (paths: string[], flags: { out: string; json?: true }) => {
      await copyForCommand(paths, flags, { facts: { how: 'merge', from: paths.join(', ') } });
    });
}
