import { Command } from 'commander';
import { type GuardedOutput, guardOutputs } from '../src/files/output-guard.js';
import { PerceptionError } from '../src/frame/perception-error.js';
import { measuredJson } from '../src/text/measured-json.js';
import { exitCodes } from './exit-codes.js';
import { driveOfResults } from './rig-sources.js';
import { onStopSignals } from './stop-signals.js';
import { Terminal } from './terminal.js';

interface ExportDriveFlags {
  drive?: string;
  parquet?: string;
  csv?: string;
  pictures?: string;
  film?: string;
  topic?: string;
  name?: string;
  json?: true;
}

const resultSchemaName = 'windshield.v1.PerceptionFrame';

/** `windshield export-drive <recording> --parquet <folder>`: exports a recording to other formats. */
export function exportDriveCommand(): Command {
  return new Command('export-drive')
    .summary('write a drive as tables, pictures or a film for other programs')
    .description(
      'Writes what a recording holds for other programs: results and ground truth as tables (Parquet or CSV,\n' +
        'docs/tables.md lists every column), pictures as JPEG files, or a film with the results drawn in. Give one\n' +
        'or more of them. To export a part, run `windshield cut` first. (`windshield export` makes bundles of networks.)',
    )
    .argument('<recording>', 'a recording of results, of pictures, or of both')
    .option('--drive <recording>', 'the drive that was replayed, for its pictures and ground truth')
    .option('--parquet <folder>', 'tables as Parquet, one file per table')
    .option('--csv <folder>', 'tables as CSV, one file per table')
    .option(
      '--pictures <folder>',
      'pictures as JPEG, and the time of each; into a new or empty folder',
    )
    .option('--film <file.mp4>', 'a film of the drive with its results drawn in; needs ffmpeg')
    .option('--topic <topic>', 'which pictures to use, where there are several cameras')
    .option('--name <name>', 'the drive’s name in the tables (default: the recording’s name)')
    .option('--json', 'print one JSON object')
    .action(exportDrive);
}

async function exportDrive(path: string, flags: ExportDriveFlags): Promise<void> {
  const outputs = outputsOf(flags);
  const inputs = [
    { role: 'the recording', path },
    ...(flags.drive === undefined ? [] : [{ role: 'the drive', path: flags.drive }]),
  ];
  guardOutputs(outputs, inputs);
  const terminal = new Terminal();
  const interruption = new AbortController();
  const forget = onStopSignals(() => interruption.abort());
  try {
    const summary = await exportAll(path, flags, terminal, interruption.signal);
    if (flags.json) terminal.print(measuredJson(summary));
  } catch (error) {
    if (!interruption.signal.aborted) throw error;
    terminal.note('ended by Ctrl-C: what was not complete was not written');
    process.exitCode = exitCodes.interrupted;
  } finally {
    forget();
  }
}

function outputsOf({ parquet, csv, pictures, film }: ExportDriveFlags): GuardedOutput[] {
  const asked: [string, string | undefined, GuardedOutput['kind']][] = [
    ['--parquet', parquet, 'folder'],
    ['--csv', csv, 'folder'],
    ['--pictures', pictures, 'folder'],
    ['--film', film, 'film'],
  ];
  const outputs = asked.flatMap(([option, path, kind]) =>
    path === undefined ? [] : [{ option, path, kind }],
  );
  if (outputs.length > 0) return outputs;
  throw new PerceptionError(
    'ERR_USAGE',
    'expected one of --parquet, --csv, --pictures and --film, found none',
  );
}

async function exportAll(
  path: string,
  flags: ExportDriveFlags,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<Record<string, unknown>> {
  const { topic, json } = flags;
  const drive = await driveOfResults(flags.drive, path);
  const say = (text: string) => (json ? undefined : terminal.print(text));
  const summary: Record<string, unknown> = {};
  for (const format of ['parquet', 'csv'] as const) {
    const folder = flags[format];
    if (folder === undefined) continue;
    const { readDriveRows } = await import('../tools/tables/read-drive-rows.js');
    const { writeDriveTables } = await import('../tools/tables/write-drive-tables.js');
    const options = { drivePath: drive, driveName: flags.name, signal };
    const onLoss = (loss: string) => terminal.note(`${path} ${loss}`);
    const rows = await writeDriveTables(
      readDriveRows(path, { ...options, onLoss }),
      folder,
      format,
    );
    summary[format] = { folder, rows };
    const all = Object.values(rows).reduce((sum, count) => sum + count, 0);
    say(`${folder}: ${Object.keys(rows).length} tables, ${all} rows, of ${rows.frames} frames`);
  }
  const picturesPath = drive ?? path;
  if (flags.pictures !== undefined) {
    const { exportPictures } = await import('../tools/drive-export/export-pictures.js');
    const counts = await exportPictures(picturesPath, flags.pictures, { topic, signal });
    if (counts.note !== undefined) terminal.note(counts.note);
    for (const loss of counts.losses) terminal.note(`${picturesPath} ${loss}`);
    summary['pictures'] = { folder: flags.pictures, ...counts };
    const skipped = counts.skipped > 0 ? `, ${counts.skipped} that cannot be read` : '';
    say(
      `${flags.pictures}: ${counts.pictures} pictures, ${counts.copied} copied byte by byte${skipped}`,
    );
  }
  if (flags.film !== undefined) {
    const { exportFilm } = await import('../tools/drive-export/export-film.js');
    const results = await resultsIn(path, terminal);
    const film = await exportFilm(picturesPath, results, flags.film, { topic, signal });
    if (film.note !== undefined) terminal.note(film.note);
    for (const loss of film.losses) terminal.note(`${picturesPath} ${loss}`);
    summary['film'] = { file: flags.film, ...film };
    const seconds = (film.frames / film.rateHz).toFixed(1);
    const skipped = film.skipped > 0 ? `, ${film.skipped} pictures that cannot be read` : '';
    const cut = film.cutPauses > 0 ? `, ${film.cutPauses} pauses cut to 10 s` : '';
    say(
      `${flags.film}: ${seconds} s at ${film.rateHz} Hz, ${film.annotated} of ${film.pictures} pictures with results${skipped}${cut}`,
    );
  }
  return summary;
}

/** A film of a drive without results shows only its pictures, which is noted. */
async function resultsIn(path: string, terminal: Terminal): Promise<string | undefined> {
  const { RecordingReader } = await import('../src/recording/recording-reader.js');
  const reader = await RecordingReader.open(path);
  await reader.close();
  if (reader.channels.some(({ schemaName }) => schemaName === resultSchemaName)) return path;
  terminal.note(`${path} holds no results: the film shows its pictures alone`);
  return undefined;
}
