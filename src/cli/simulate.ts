import { stat, writeFile } from 'node:fs/promises';
import { Command, Option } from 'commander';
import { type Task, tasks } from '../bundle/manifest.js';
import { encodeJpeg } from '../codec/image-codec.js';
import { PerceptionError } from '../frame/perception-error.js';
import { onStopSignals } from './stop-signals.js';
import { Terminal } from './terminal.js';

interface DriveFlags {
  seed: string;
  seconds: string;
  rate: string;
  size: string;
  quality: string;
  out: string;
}

interface DatasetFlags {
  task: Task;
  count: string;
  seed: string;
  size?: string;
  workers: string;
  out: string;
}

interface SheetFlags {
  task: Task;
  count: string;
  columns: string;
  seed: string;
  size: string;
  out: string;
}

/** As a shell reports a program that Ctrl-C ended. */
const interruptedExitCode = 130;
const defaultSizes: Readonly<Record<Task, string>> = {
  detection: '640x360',
  segmentation: '480x360',
  signs: '1280x720',
  steering: '640x360',
};

/** `windshield simulate drive|dataset|sheet`: a road world rendered with its truth. */
export function simulateCommand(): Command {
  return new Command('simulate')
    .summary('render a drive or a labelled data set from a procedural road world')
    .description(
      'Renders a road world that a seed draws: roads, houses, trees, traffic, people, lights and the 43 German\n' +
        'signs, through a camera with distortion, with the truth of every frame. The same seed gives the same bytes.\n' +
        'docs/simulator.md tells more.',
    )
    .addCommand(driveCommand())
    .addCommand(datasetCommand())
    .addCommand(sheetCommand());
}

function driveCommand(): Command {
  return new Command('drive')
    .summary('a recording with calibration and ground truth')
    .description(
      'Drives through the world of a seed and writes what its camera sees as a recording.',
    )
    .requiredOption('--out <drive.mcap>', 'the recording; appears only when it is complete')
    .option('--seed <n>', 'which world', '21')
    .option('--seconds <s>', 'how long', '12.5')
    .option('--rate <Hz>', 'frames a second', '20')
    .option('--size <WxH>', 'pixels', '1280x720')
    .option('--quality <1..100>', 'JPEG quality', '50')
    .action(runDrive);
}

function datasetCommand(): Command {
  return new Command('dataset')
    .summary('labelled pictures for training')
    .description(
      'Writes independent scenes in a layout that train and evaluate read: detection as Pascal VOC, segmentation as\n' +
        'CamVid (split train), signs as packed GTSRB (split train32), steering as a Udacity log. Run again after an\n' +
        'interruption, it goes on where it stopped.',
    )
    .addOption(new Option('--task <task>', 'what it is for').choices(tasks).makeOptionMandatory())
    .requiredOption('--out <folder>', 'where it goes')
    .option('--count <n>', 'scenes (signs: crops)', '1000')
    .option('--seed <n>', 'of the first scene; the next ones count up', '1000')
    .option('--size <WxH>', 'pixels of a scene (default: as suits the task)')
    .option('--workers <n>', 'threads', '2')
    .action(runDataset);
}

function sheetCommand(): Command {
  return new Command('sheet')
    .summary('one picture of many scenes')
    .description('Renders scenes of a data set side by side, to see at a glance what it is like.')
    .addOption(new Option('--task <task>', 'what it is for').choices(tasks).default('detection'))
    .requiredOption('--out <sheet.jpg>', 'the picture')
    .option('--count <n>', 'scenes', '24')
    .option('--columns <n>', 'scenes in a row', '4')
    .option('--seed <n>', 'of the first scene', '1000')
    .option('--size <WxH>', 'pixels of a scene', '400x225')
    .action(runSheet);
}

async function runDrive(flags: DriveFlags): Promise<void> {
  const [widthPx, heightPx] = sizeFlag(flags.size);
  const recipe = {
    seed: numberFlag('--seed', flags.seed, 0, 2 ** 32, true),
    seconds: numberFlag('--seconds', flags.seconds, 0.1, 3600),
    rateHz: numberFlag('--rate', flags.rate, 1, 120, true),
    quality: numberFlag('--quality', flags.quality, 1, 100, true),
    widthPx,
    heightPx,
    out: flags.out,
  };
  const { writeDrive } = await import('../../tools/simulate/drive.js');
  await untilStopped(async (signal, terminal) => {
    const frames = await writeDrive({
      ...recipe,
      signal,
      onProgress: progressLine(terminal, 'frame'),
    });
    if (signal.aborted) return `${flags.out} was not written`;
    const { size } = await stat(flags.out);
    const length = `${frames} frames of ${widthPx}x${heightPx}, ${recipe.seconds} s`;
    terminal.clearLive();
    terminal.print(`${flags.out}: ${length}, ${(size / 1e6).toFixed(1)} MB, seed ${recipe.seed}`);
    return '';
  });
}

async function runDataset(flags: DatasetFlags): Promise<void> {
  const [widthPx, heightPx] = sizeFlag(flags.size ?? defaultSizes[flags.task]);
  const run = {
    task: flags.task,
    count: numberFlag('--count', flags.count, 1, 1_000_000, true),
    seed: numberFlag('--seed', flags.seed, 0, 2 ** 32, true),
    workers: numberFlag('--workers', flags.workers, 1, 64, true),
    widthPx,
    heightPx,
    outDir: flags.out,
  };
  const { writeDataset } = await import('../../tools/simulate/write-dataset.js');
  await untilStopped(async (signal, terminal) => {
    const onProgress = progressLine(terminal, flags.task === 'signs' ? 'sign' : 'scene');
    const { written } = await writeDataset({ ...run, signal, onProgress });
    if (signal.aborted) return `${written} scenes stand in ${flags.out}; the same command goes on`;
    const unit = flags.task === 'signs' ? 'crops' : 'scenes';
    terminal.clearLive();
    terminal.print(`${flags.out}: ${written} ${unit} for ${flags.task}, seeds from ${run.seed}`);
    return '';
  });
}

async function runSheet(flags: SheetFlags): Promise<void> {
  const [widthPx, heightPx] = sizeFlag(flags.size);
  const count = numberFlag('--count', flags.count, 1, 400, true);
  const columns = numberFlag('--columns', flags.columns, 1, 40, true);
  const seed = numberFlag('--seed', flags.seed, 0, 2 ** 32, true);
  const { renderContactSheet } = await import('../../tools/simulate/contact-sheet.js');
  const terminal = new Terminal();
  const onProgress = progressLine(terminal, 'scene');
  const sheet = await renderContactSheet(
    flags.task,
    seed,
    count,
    columns,
    widthPx,
    heightPx,
    onProgress,
  );
  const jpeg = await encodeJpeg(sheet, 80, true);
  await writeFile(flags.out, jpeg).catch((cause: unknown) => {
    throw new PerceptionError('ERR_OUTPUT', `cannot write ${flags.out}: ${cause}`, { cause });
  });
  terminal.clearLive();
  terminal.print(`${flags.out}: ${count} scenes for ${flags.task}, seeds from ${seed}`);
}

/** Runs with Ctrl-C ending it in order; `work` says what an interruption left. */
async function untilStopped(
  work: (signal: AbortSignal, terminal: Terminal) => Promise<string>,
): Promise<void> {
  const terminal = new Terminal();
  const interruption = new AbortController();
  const removeHandlers = onStopSignals(() => interruption.abort());
  try {
    const left = await work(interruption.signal, terminal);
    terminal.clearLive();
    if (interruption.signal.aborted) {
      terminal.note(`simulate ended by Ctrl-C: ${left}`);
      process.exitCode = interruptedExitCode;
    }
  } finally {
    terminal.clearLive();
    removeHandlers();
  }
}

function progressLine(terminal: Terminal, unit: string): (done: number, total: number) => void {
  if (!terminal.isInteractive) return () => {};
  const startMs = performance.now();
  return (done, total) => {
    const perS = (done * 1000) / (performance.now() - startMs);
    const leftS = Math.round((total - done) / Math.max(perS, 1e-3));
    terminal.showLive(
      `${unit} ${done} of ${total} (${Math.round((100 * done) / total)} %)  ${perS.toFixed(1)}/s  ${leftS} s left`,
    );
  };
}

function sizeFlag(text: string): [number, number] {
  const match = /^(\d+)x(\d+)$/.exec(text);
  const size: [number, number] = [Number(match?.[1] ?? 0), Number(match?.[2] ?? 0)];
  if (size.every((edge) => edge >= 64 && edge <= 4096)) return size;
  throw usage(`expected --size as width x height of 64 to 4096, such as 640x360, found "${text}"`);
}

function numberFlag(
  name: string,
  text: string,
  least: number,
  most: number,
  isWhole = false,
): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (value >= least && value <= most && (!isWhole || Number.isInteger(value))) return value;
  const kind = isWhole ? 'a whole number' : 'a number';
  throw usage(`expected ${name} to be ${kind} of ${least} to ${most}, found "${text}"`);
}

const usage = (message: string) => new PerceptionError('ERR_USAGE', message);
