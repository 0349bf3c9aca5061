import { Command, Option } from 'commander';
import { measuredJson } from '../../src/text/measured-json.js';
import { exitCodes } from '../exit-codes.js';
import { numberOf } from '../option-parsers.js';
import { countsProgress } from '../progress-line.js';
import { Terminal } from '../terminal.js';
import { addStoreOptions, runOption, type StoreFlags } from './fleet-options.js';
import { addKindOptions, type KindFlags, pictureKind, pipelineTopic } from './kind-options.js';

interface FleetCodesFlags extends StoreFlags, KindFlags {
  out: string;
  every?: number;
  run?: string;
  json?: true;
}

/** Seconds between frames, and length of a sentence. */
const defaultEveryS = { frames: 1, events: 60 } as const;
/** Number of words for which similar ones are shown. */
const shownWords = 8;

/** `windshield fleet codes <drives.yaml> --out <codes>`. */
export function fleetCodesCommand(): Command {
  const command = new Command('codes')
    .summary('write a code of what each frame looks like to a network, for `find` and `fleet map`')
    .description(
      'Runs the segmentation network of the pipeline file (else its first network), or an autoencoder, on one frame per\n' +
        'second of every drive, and keeps its inner activations with a small picture. Drives that have codes already\n' +
        'are skipped. With --kind events it learns vectors for what happens (signs, manoeuvres, other road\n' +
        'users) from the results of a fleet, and keeps one code per minute.',
    )
    .argument(
      '<drives.yaml>',
      'the list of drives; with --kind events, the results that `fleet run` wrote',
    )
    .requiredOption('-o, --out <folder|s3://…>', 'where to write the codes')
    .addOption(
      new Option(
        '--every <s>',
        'seconds between frames (1), or length of a sentence of events (60)',
      ).argParser(numberOf({ least: 0.01, most: 3600, what: 'seconds' })),
    )
    .addOption(runOption())
    .option('--json', 'print one JSON object');
  return addStoreOptions(addKindOptions(command)).action(fleetCodes);
}

async function fleetCodes(path: string, flags: FleetCodesFlags): Promise<void> {
  const kind = await pictureKind(flags);
  if (kind === undefined) return eventCodes(path, flags);
  const [{ readDrivesFile, withTopic }, { openStore }, { codeFleet }] = await Promise.all([
    import('../../tools/fleet/plan/drives-file.js'),
    import('../../tools/fleet/store/open-store.js'),
    import('../../tools/similar/code-fleet.js'),
  ]);
  const drives = withTopic(readDrivesFile(path), await pipelineTopic(flags));
  const store = { endpoint: flags.endpoint };
  const codes = await openStore(flags.out, store);
  const terminal = new Terminal();
  try {
    const options = { everyS: flags.every ?? defaultEveryS.frames, store };
    const show = countsProgress(terminal, 'drives');
    const summary = await codeFleet(drives, kind, codes, options, show);
    const { before, frames, failures } = summary;
    const lines = [
      `${codes.place}: ${summary.drives} drives (${before} before), ${frames} frames`,
      ...failedLines(failures),
    ];
    terminal.print(flags.json ? measuredJson(summary) : lines.join('\n'));
    if (failures.length > 0) process.exitCode = exitCodes.failedVerdict;
  } finally {
    terminal.clearLive();
    await codes.close();
  }
}

const failedLines = (failures: readonly { name: string; reason: string }[]) =>
  failures.map(({ name, reason }) => `failed   ${name}: ${reason}`);

/** Codes the sentences of the results at `place`. */
async function eventCodes(place: string, flags: FleetCodesFlags): Promise<void> {
  const [{ openStore }, { codeEvents }, { nearWords }] = await Promise.all([
    import('../../tools/fleet/store/open-store.js'),
    import('../../tools/similar/events/event-fleet.js'),
    import('../../tools/similar/events/sentence-code.js'),
  ]);
  const store = { endpoint: flags.endpoint };
  const results = await openStore(place, store);
  const codes = await openStore(flags.out, store);
  const terminal = new Terminal();
  try {
    const options = { sentenceS: flags.every ?? defaultEveryS.events, run: flags.run };
    const show = countsProgress(terminal, 'units');
    const { words, ...summary } = await codeEvents(results, codes, options, show);
    terminal.clearLive();
    const near = words.words.slice(0, shownWords).map((word) => {
      const others = nearWords(words, word, 3).map((other) => other.word);
      return `${word.padEnd(24)} ${others.join(', ')}`;
    });
    const lines = [
      `${codes.place}: ${summary.units} units, ${summary.sentences} sentences of ${words.words.length} words`,
      ...near,
      ...failedLines(summary.failures),
    ];
    const told = { ...summary, words: words.words.length };
    terminal.print(flags.json ? measuredJson(told) : lines.join('\n'));
    if (summary.failures.length > 0) process.exitCode = exitCodes.failedVerdict;
  } finally {
    terminal.clearLive();
    await results.close();
    await codes.close();
  }
}
