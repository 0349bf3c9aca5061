import { Command, Option } from 'commander';
import { measuredJson } from '../src/text/measured-json.js';
import type { SimilarFrame } from '../tools/similar/find-similar.js';
import { secondsFromStart } from './copy-recording.js';
import { defaultPipelineFile } from './default-pipelines.js';
import { addStoreOptions, type StoreFlags } from './fleet/fleet-options.js';
import { numberOf, positiveInteger, usage } from './option-parsers.js';
import { Terminal } from './terminal.js';

interface FindFlags extends StoreFlags {
  like: string;
  codes: string;
  pipeline: string;
  top: number;
  apart: number;
  json?: true;
}

/** `windshield find --like drive.mcap@01:12`: where have we seen something like this. */
export function findCommand(): Command {
  const command = new Command('find')
    .summary('find frames of many drives that look like one')
    .description(
      'Looks for frames that look, to a network, like the one at a moment of a drive, among the codes that\n' +
        '`fleet codes` wrote. Exact: every code is compared.',
    )
    .requiredOption('--like <drive.mcap@time>', 'the frame: drive.mcap@01:12 or drive.mcap@72.5')
    .requiredOption('--codes <folder|s3://…>', 'what `fleet codes` wrote')
    .addOption(
      new Option(
        '-p, --pipeline <pipeline.yaml>',
        'whose network looks; that of the codes',
      ).default(defaultPipelineFile, 'pipelines/default.yaml of windshield itself'),
    )
    .addOption(new Option('--top <number>', 'how many').argParser(positiveInteger).default(20))
    .addOption(
      new Option('--apart <s>', 'at most one frame of a drive within so many seconds')
        .argParser(numberOf({ least: 0, most: 86_400, what: 'seconds' }))
        .default(3),
    )
    .option('--json', 'print one JSON array');
  return addStoreOptions(command).action(find);
}

async function find(flags: FindFlags): Promise<void> {
  const [, drive, time] = /^(.+)@([^@]+)$/.exec(flags.like) ?? [];
  if (drive === undefined || time === undefined)
    throw usage(`expected --like drive.mcap@01:12, found "${flags.like}"`);
  const [{ openPlaceOf, openStore }, { RecordingReader }, similar, { loadCodes, makerOf }] =
    await Promise.all([
      import('../tools/fleet/store/open-store.js'),
      import('../src/recording/recording-reader.js'),
      import('../tools/similar/find-similar.js'),
      import('../tools/similar/code-fleet.js'),
    ]);
  const { pictureAt } = await import('../tools/similar/code-drive.js');
  const { FrameCoder } = await import('../tools/similar/frame-coder.js');
  const { lookingBundle } = await import('../tools/similar/looking-bundle.js');
  const bundle = await lookingBundle(flags.pipeline);
  const options = { endpoint: flags.endpoint };
  const codes = await openStore(flags.codes, options);
  const drives = await loadCodes(codes, makerOf(bundle));
  const { store, key } = await openPlaceOf(drive, options);
  const reader = await RecordingReader.over(await store.open(key), { checksChunks: false });
  const coder = FrameCoder.open(bundle);
  try {
    const query = await coder.code(await pictureAt(reader, secondsFromStart(time)));
    const startMs = performance.now();
    const found = similar.findSimilar(drives, query, flags.top, flags.apart);
    const searchedMs = performance.now() - startMs;
    const frames = drives.reduce((sum, { timesS }) => sum + timesS.length, 0);
    const terminal = new Terminal();
    terminal.note(
      `${frames} frames of ${drives.length} drives searched in ${searchedMs.toFixed(1)} ms`,
    );
    terminal.print(flags.json ? measuredJson(found) : await formatFound(found));
  } finally {
    coder.release();
    await reader.close();
    await store.close();
    await codes.close();
  }
}

async function formatFound(found: readonly SimilarFrame[]): Promise<string> {
  const { clockTime } = await import('../tools/verdict/words.js');
  const { textTable } = await import('../src/text/text-table.js');
  const rows = found.map(({ drive, location, timeS, distance }) => [
    distance.toFixed(3),
    drive,
    clockTime(timeS),
    location,
  ]);
  return textTable([['distance', 'drive', 'at', 'where'], ...rows], { numbers: [0, 2] });
}
