import { Command } from 'commander';
import { copyForCommand } from './copy-recording.js';

/** `windshield recover <recording> --out <clean.mcap>`. */
export function recoverCommand(): Command {
  return new Command('recover')
    .summary('write a clean file of a recording that was cut off or damaged, and say what was lost')
    .description(
      'Takes all that can be read of a recording, such as a drive.mcap.partial or .interrupted of a run that was\n' +
        'killed, and writes it with an index. The old file stays as it is.',
    )
    .argument('<recording>', 'an MCAP file, whole or not')
    .requiredOption('-o, --out <clean.mcap>', 'the recording to write')
    .option('--json', 'print one JSON object')
    .action(async (path: string, flags: { out: string; json?: true }) => {
      await copyForCommand([path], flags, { facts: { how: 'recover', from: path } });
    });
}
