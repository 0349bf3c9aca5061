import { Command } from 'commander';
import { copyForCommand } from './copy-recording.js';

/** `windshield recover <recording> --out <clean.mcap>`. */
export function recoverCommand(): Command {
  return new Command('recover')
    .summary(
      'repair a recording that was cut off or damaged: write what can be read, and print what was lost',
    )
    .description(
      'Reads all that can be read of a recording, such as the drive.mcap.partial or .interrupted of a run that was\n' +
        'killed, and writes it with an index. The old file is not changed.',
    )
    .argument('<recording>', 'an MCAP file, complete or not')
    .requiredOption('-o, --out <clean.mcap>', 'the recording to write')
    .option('--json', 'print one JSON object')
    .action(async (path: string, flags: { out: string; json?: true }) => {
      await copyForCommand([path], flags, { facts: { how: 'recover', from: path } });
    });
}
