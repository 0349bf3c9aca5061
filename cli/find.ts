import { Command, Option } from 'commander';
import { measuredJson } from '../src/text/measured-json.js';
import type { SimilarFrame } from '../tools/similar/find-similar.js';
import type { CoderKind } from '../tools/similar/picture-coder.js';
import { secondsFromStart } from './copy-recording.js';
import { addStoreOptions, type StoreFlags } from './fleet/fleet-options.js';
import {
  addKindOptions,
  codesOfKind,
  type KindFlags,
  pictureKind,
  pipelineTopic,
} from './fleet/kind-options.js';
import { numberOf, positiveInteger, usage } from './option-parsers.js';
import { Terminal } from './terminal.js';

interface FindFlags extends StoreFlags, KindFlags {
  like: string;
  codes: string;
  top: number;
  apart: number;
  json?: true;
}

/** `windshield find --like drive.mcap@01:12`: finds similar moments in other drives. */
export function findCommand(): Command {
  const command = new Command('find')
    .summary('find frames in many drives that look like a given one')
    .description(
      'Finds frames that look, to a network, like a given frame of a drive, among the codes that\n' +
        '`fleet codes` wrote; with --kind events, minutes in which similar things happened. The search is exact: it\n' +
        'finds what comparing every code would find.',
    )
    .requiredOption(
      '--like <drive.mcap@time>',
      'the frame: drive.mcap@01:12 or drive.mcap@72.5; for events a minute, by the drive’s name',
    )
    .requiredOption('--codes <folder|s3://…>', 'the codes that `fleet codes` wrote')
    .addOption(new Option('--top <number>', 'how many').argParser(positiveInteger).default(20))
    .addOption(
      new Option('--apart <s>', 'at most one frame per drive within this many seconds')
        .argParser(numberOf({ least: 0, most: 86_400, what: 'seconds' }))
        .default(3),
    )
    .option('--json', 'print one JSON array');
  return addStoreOptions(addKindOptions(command)).action(find);
}

async function find(flags: FindFlags): Promise<void> {
  const [, drive, time] = /^(.+)@([^@]+)$/.exec(flags.like) ?? [];
  if (drive === undefined || time === undefined)
    throw usage(`expected --like drive.mcap@01:12, found "${flags.like}"`);
  const [{ openStore }, { findSimilar }, { openCodes }] = await Promise.all([
    import('../tools/fleet/store/open-store.js'),
    import('../tools/similar/find-similar.js'),
    import('../tools/similar/stored-codes.js'),
  ]);
  const codes = await openStore(flags.codes, { endpoint: flags.endpoint });
  const terminal = new Terminal();
  try {
    const kind = await pictureKind(flags);
    const openMs = performance.now();
    const drives = await codesOfKind(flags, codes, terminal, openCodes);
    const openedMs = performance.now() - openMs;
    const atS = secondsFromStart(time);
    const query =
      kind === undefined
        ? await (await import('../tools/similar/events/event-fleet.js')).codeAt(
            codes,
            drives,
            drive,
            atS,
          )
        : await codeOfPicture(kind, drive, atS, flags);
    const startMs = performance.now();
    const found = await findSimilar(drives, query, flags.top, flags.apart);
    const searchedMs = openedMs + performance.now() - startMs;
    const frames = drives.reduce((sum, { timesS }) => sum + timesS.length, 0);
    const what = kind === undefined ? 'sentences' : 'frames';
    terminal.note(
      `${frames} ${what} of ${drives.length} drives searched in ${searchedMs.toFixed(1)} ms`,
    );
    terminal.print(flags.json ? measuredJson(found) : await formatFound(found));
  } finally {
    await codes.close();
  }
}

async function codeOfPicture(
  kind: CoderKind,
  drive: string,
  atS: number,
  flags: FindFlags,
): Promise<Float32Array> {
  const [{ openDrive, readDrive }, { pictureAt }] = await Promise.all([
    import('../tools/fleet/store/open-drive.js'),
    import('../tools/similar/code-drive.js'),
  ]);
  const reader = await readDrive(await openDrive(drive, { endpoint: flags.endpoint }), drive);
  try {
    const coder = kind.open();
    try {
      return await coder.code(await pictureAt(reader, await pipelineTopic(flags), atS));
    } finally {
      coder.release();
    }
  } finally {
    await reader.close();
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
