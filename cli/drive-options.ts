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

/** How long a stage may take before a supervisor takes it for a hang, milliseconds. */
const defaultHangBoundMs = 1000;

/** What `run` and `replay` share. */
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
    .option('--record <result.mcap>', 'the same as --out')
    .option('--images', 'record the pictures as well, and what viewers draw over them')
    .addOption(picturesOption())
    .addOption(splitOption())
    .addOption(keepOption())
    .option('--topic <name>', 'pictures of this topic, of a recording with several cameras')
    .addOption(
      new Option(
        '--frame-rate <Hz>',
        'frames a second of pictures, and of a video in place of its own times',
      ).argParser(numberOf({ least: 0.01, most: 1000, what: 'frames a second' })),
    )
    .option('--endpoint <address>', 'publish here instead of where the pipeline file says')
    .option('--no-publish', 'publish nothing')
    .option('--allow-uncertified', 'run networks that miss their golden outputs; results say so')
    .option('--json', 'print one JSON object at the end instead of the table')
    .option(
      '--view',
      'show the drive on a page of this machine; on a terminal it stays until Ctrl-C',
    )
    .option('--log <file>', 'write what happens into this file, as JSON lines; - is standard error')
    .addOption(
      new Option('--log-level <level>', 'with --log: the least that is written')
        .choices(logLevels)
        .default('info'),
    )
    .option('--supervise', 'run in a process that is started again when it dies or hangs')
    .addOption(
      new Option('--hang-bound <ms>', 'with --supervise: what stands still for longer hangs')
        .default(defaultHangBoundMs)
        // Below, a busy machine would be taken for a hang: signs of life come every 100 ms.
        .argParser(numberOf({ least: 300, most: 600_000, what: 'milliseconds' })),
    );
}
