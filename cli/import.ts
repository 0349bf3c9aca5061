import { stat } from 'node:fs/promises';
import { Command } from 'commander';
import { recogniseSource } from '../src/capture/recognise-source.js';
import { openVideo } from '../src/capture/video-source.js';
import { guardOutputs } from '../src/files/output-guard.js';
import { PerceptionError } from '../src/frame/perception-error.js';
import { readDonkeycarTub } from '../src/recording/donkeycar-tub.js';
import {
  type ImportOptions,
  type ImportSummary,
  importFrames,
  importPictureDrive,
} from '../src/recording/import-drive.js';
import { importRecording } from '../src/recording/import-recording.js';
import { listPictureFolder, onePictureDrive } from '../src/recording/picture-drive.js';
import { checkNoResultsAt } from '../src/recording/recording-kind.js';
import { RecordingReader } from '../src/recording/recording-reader.js';
import { recordingLibrary } from '../src/recording/recording-writer.js';
import { readUdacityDrive } from '../src/recording/udacity-log.js';
import { measuredJson } from '../src/text/measured-json.js';
import { exitCodes } from './exit-codes.js';
import { numberFlag } from './option-parsers.js';
import { countsProgress } from './progress-line.js';
import { onStopSignals } from './stop-signals.js';
import { Terminal } from './terminal.js';

interface ImportFlags {
  out: string;
  rate?: string;
  quality?: string;
  ffmpeg?: string;
  topic?: string;
  json?: boolean;
}

/**
 * `windshield import <source> --out <drive.mcap>`: converts a driving log, a folder of pictures or a video to a
 * recording.
 */
export function importCommand(): Command {
  return new Command('import')
    .summary('turn a driving log, a folder of pictures or a video into a recording')
    .description(
      'Writes the frames of a source into an MCAP recording with JPEG frames, which every command and any MCAP\n' +
        'viewer can play. JPEG files are copied as they are. A folder with driving_log.csv is taken as a drive of\n' +
        'the Udacity simulator: the centre camera, with steering and speed as ground truth. Frames that cannot be\n' +
        'used (missing, wrong size, cut off) are counted and named in the summary.',
    )
    .argument(
      '<source>',
      'Udacity folder, donkeycar tub, folder of pictures, recording of ROS 1 or 2 (MCAP), or video file (needs ffmpeg)',
    )
    .requiredOption(
      '-o, --out <drive.mcap>',
      'the recording to write; it appears only when complete',
    )
    .option('--rate <Hz>', "frames per second, replaces the source's own times (pictures: 20)")
    .option('--quality <1..100>', 'JPEG quality of frames that are not JPEG already (90)')
    .option('--topic <name>', 'which pictures to use of a recording with several cameras')
    .option('--ffmpeg <path>', 'the ffmpeg program to use')
    .option('--json', 'print the summary as one JSON object')
    .action(runImport);
}

async function runImport(sourcePath: string, flags: ImportFlags): Promise<void> {
  const terminal = new Terminal();
  const interruption = new AbortController();
  const removeHandlers = onStopSignals(() => interruption.abort());
  try {
    const options: ImportOptions = {
      out: flags.out,
      signal: interruption.signal,
      onProgress: countsProgress(terminal, 'frames'),
    };
    if (flags.rate !== undefined) options.rateHz = numberFlag('--rate', flags.rate, 0.01, 1000);
    if (flags.quality !== undefined) {
      options.quality = Math.round(numberFlag('--quality', flags.quality, 1, 100));
    }
    const summary = await importSource(sourcePath, options, flags);
    terminal.clearLive();
    terminal.print(
      flags.json
        ? measuredJson({ source: sourcePath, out: flags.out, ...summary })
        : describeSummary(flags.out, summary, (await stat(flags.out)).size),
    );
  } catch (error) {
    terminal.clearLive();
    if (!interruption.signal.aborted) throw error;
    terminal.note(`import ended by Ctrl-C: ${flags.out} was not written`);
    process.exitCode = exitCodes.interrupted;
  } finally {
    removeHandlers();
  }
}

async function importSource(
  path: string,
  options: ImportOptions,
  { ffmpeg: ffmpegPath, topic }: ImportFlags,
): Promise<ImportSummary> {
  const kind = await recogniseSource(path);
  guardOutputs(
    [{ option: '--out', path: options.out, kind: 'recording' }],
    [{ role: 'the source', path }],
  );
  await checkNoResultsAt(options.out);
  switch (kind) {
    case 'recording':
      return importForeignRecording(path, options, topic);
    case 'udacity':
      return importPictureDrive(await readUdacityDrive(path, options.rateHz), options);
    case 'donkeycar':
      return importPictureDrive(await readDonkeycarTub(path, options.rateHz), options);
    case 'folder':
      return importPictureDrive(await listPictureFolder(path, options.rateHz), options);
    case 'picture':
      return importPictureDrive(onePictureDrive(path, options.rateHz), options);
    case 'video': {
      const source = await openVideo(path, ffmpegPath === undefined ? {} : { ffmpegPath });
      try {
        return await importFrames(source, options);
      } finally {
        await source.close();
      }
    }
  }
}

/** A recording by windshield already is a drive; another program's recording is converted. */
async function importForeignRecording(
  path: string,
  options: ImportOptions,
  topic: string | undefined,
): Promise<ImportSummary> {
  const reader = await RecordingReader.open(path);
  const { library } = reader;
  await reader.close();
  if (library === recordingLibrary)
    throw new PerceptionError(
      'ERR_USAGE',
      `expected a source to import, found a recording of windshield already: ${path}`,
    );
  return importRecording(path, { ...options, ...(topic !== undefined && { topic }) });
}

function describeSummary(out: string, summary: ImportSummary, sizeBytes: number): string {
  const { frames, widthPx, heightPx, durationS, copied, groundTruth } = summary;
  const lines = [
    `${out}: ${frames} frames of ${widthPx}x${heightPx}, ${durationS.toFixed(1)} s, ${(sizeBytes / 1e6).toFixed(1)} MB`,
    `  ${copied} copied as they were, ${frames - copied} encoded, ${groundTruth} with steering or speed`,
  ];
  const skipped = Object.entries(summary.skipped).filter(([, count]) => count > 0);
  if (skipped.length > 0) {
    lines.push(`  not taken: ${skipped.map(([reason, count]) => `${count} ${reason}`).join(', ')}`);
  }
  lines.push(...summary.notes.map((note) => `  note: ${note}`));
  return lines.join('\n');
}
