import { Command } from 'commander';
import { driveOfResults } from './rig-sources.js';
import { addVerdictOptions, showVerdict, type VerdictFlags } from './show-verdict.js';

interface DiffFlags extends VerdictFlags {
  drive?: string;
}

/** `windshield diff <a.mcap> <b.mcap>`: compares two recordings of results of one drive. */
export function diffCommand(): Command {
  const command = new Command('diff')
    .summary('print in words how two recordings of results differ')
    .description(
      'Compares two recordings of results of one drive, the first being the reference: which signs and\n' +
        'objects were lost, read wrongly or seen later, how steering and class maps differ, which\n' +
        'settings changed, which stage became slower. Exit code 1 where the rules do not allow it.',
    )
    .argument('<reference.mcap>', 'a recording of results')
    .argument('<results.mcap>', 'another recording of results of the same drive')
    .option(
      '--drive <recording>',
      'the drive, for its ground truth and for the pictures in --html',
    );
  return addVerdictOptions(command).action(async (a: string, b: string, flags: DiffFlags) =>
    showVerdict(a, b, await driveOfResults(flags.drive, a, b), flags),
  );
}
