import { type Command, Option } from 'commander';
import type { RecordedPictures } from '../src/outputs/output-settings.js';
import { type LogLevel, logLevels } from './log-levels.js';
import { numberOf } from './option-parsers.js';
import {
  keepOption,
  picturesOption,
  type RecordingSplit,
  splitOption,
} from './recording-options.js';

/** A supervisor treats a stage as hung after this time, milliseconds. */
const defaultHangBoundMs = 1000;

/** Options that `run` and `replay` share. */
export interface DriveFlags {
  out?: string;
  /** The same as `out`. */
  record?: string;
  /** Seconds. */
  keep?: number;
  split?: RecordingSplit;
  images?: true;
  pictures?: RecordedPictures;
  json?: true;
  view?: true;
  supervise?: true;
  /** Milliseconds. */
  hangBound: number;
  endpoint?: string;
  topic?: string;
  frameRate?: number;
  log?: string;
  logLevel: LogLevel;
  /** False with --no-publish. */
  publish: boolean;
  allowUncertified?: true;
}

export function addDriveOptions(command: Command): Command {
  return command
    .option('-o, --out <result.mcap>', 'record the results')
    .addOption(new Option('--record <result.mcap>', 'same as --out').conflicts('out'))
    .option('--images', 'record the pictures too, and what viewers draw over them')
    .addOption(picturesOption())
    .addOption(splitOption())
    .addOption(keepOption())
    .option('--topic <name>', 'which pictures to use of a recording with several cameras')
    .addOption(
      new Option(
        '--frame-rate <Hz>',
        'frames per second of a folder of pictures; for a video, replaces its own times; requested from a camera',
      ).argParser(numberOf({ least: 0.01, most: 1000, what: 'frames per second' })),
    )
    .option('--endpoint <address>', 'publish here instead of where the pipeline file says')
    .option('--no-publish', 'publish nothing')
    .option(
      '--allow-uncertified',
      'also run networks that miss their golden outputs; results are marked',
    )
    .option('--json', 'print one JSON object at the end instead of the table')
    .option(
      '--view',
      'show the drive on a page served on this machine; on a terminal it stays open until Ctrl-C',
    )
    .option('--log <file>', 'write a log into this file, as JSON lines; - means standard error')
    .addOption(
      new Option('--log-level <level>', 'with --log: lowest level that is written')
        .choices(logLevels)
        .default('info'),
    )
    .option('--supervise', 'run in a process that is restarted when it dies or hangs')
    .addOption(
      new Option(
        '--hang-bound <ms>',
        'with --supervise: no sign of life for this long counts as a hang',
      )
        .default(defaultHangBoundMs)
        // A lower bound would mistake a busy machine for a hang, because signs of life come every 100 ms.
        .argParser(numberOf({ least: 300, most: 600_000, what: 'milliseconds' })),
    );
}
