import { Command } from 'commander';
import { copyForCommand } from './copy-recording.js';

/** `windshield merge <recordings...> --out <drive.mcap>`. */
export function mergeCommand(): Command {
  return new Command('merge')
    .summary('write several recordings as one, in order of their times')
    .description(
      'Takes the numbered files of one drive, or the results of a run and the drive that it saw, or the recordings of\n' +
        'several programs. Channels that are the same become one.',
    )
    .argument('<recordings...>', 'MCAP files')
    .requiredOption('-o, --out <drive.mcap>', 'the recording to write')
    .option('--json', 'print one JSON object')
    .action(async (paths: string[], flags: { out: string; json?: true }) => {
      await copyForCommand(paths, flags, { facts: { how: 'merge', from: paths.join(', ') } });
    });
}
