import { Command, Option } from 'commander';
import type { DatasetRun } from '../simulator/datasets/write-dataset.js';
import { type LabelledTask, labelledTasks } from '../src/bundle/manifest.js';
import { guardOutputs } from '../src/files/output-guard.js';
import { numberFlag, sizeFlag, usage } from './option-parsers.js';
import { countsProgress } from './progress-line.js';
import type { Terminal } from './terminal.js';
import { untilStopped } from './until-stopped.js';

interface DatasetFlags {
  task: LabelledTask;
  count: string;
  seed: string;
  size?: string;
  workers: string;
  truth?: true;
  singleLane?: string;
  driver?: string;
  out: string;
}

const defaultSizes: Readonly<Record<LabelledTask, string>> = {
  detection: '640x360',
  segmentation: '480x360',
  signs: '1280x720',
  steering: '320x180',
};

/** `windshield simulate dataset`: renders labelled pictures. */
export function datasetCommand(): Command {
  return new Command('dataset')
    .summary('labelled pictures for training')
    .description(
      'Writes independent scenes in a layout that train and evaluate read: detection as Pascal VOC, segmentation as\n' +
        'CamVid (split train), signs as packed GTSRB (split train32), steering as a Udacity log. Run it again after an\n' +
        'interruption, and it continues where it stopped. sheet.jpg in the folder shows some of the pictures.\n' +
        'With --driver the pictures come from drives, 150 per drive, on one thread.',
    )
    .addOption(
      new Option('--task <task>', 'the task that the pictures are for')
        .choices(labelledTasks)
        .makeOptionMandatory(),
    )
    .requiredOption('--out <folder>', 'the folder to write')
    .option('--count <n>', 'scenes (signs: crops)', '1000')
    .option('--seed <n>', 'seed of the first scene; the next ones count up', '1000')
    .option('--size <WxH>', 'pixels of a scene (default: depends on the task)')
    .option('--workers <n>', 'threads', '2')
    .option(
      '--truth',
      'also write lanes, pose, distances (JSON) and depth (16-bit PNG) of each scene',
    )
    .option(
      '--single-lane <share>',
      'steering: share of single-lane roads, driven in the middle, 0 to 1 (default: 0.4)',
    )
    .option(
      '--driver <pipeline.yaml>',
      'steering: let this pipeline drive, and label its frames with the reference’s steering (DAgger)',
    )
    .action(runDataset);
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
    truth: flags.truth === true,
    ...(flags.singleLane !== undefined && {
      singleLaneShare: numberFlag('--single-lane', flags.singleLane, 0, 1),
    }),
  };
  if (flags.singleLane !== undefined && flags.task !== 'steering')
    throw usage(`expected --single-lane with steering, found ${flags.task}`);
  if (flags.driver !== undefined) refuseWithDriver(flags);
  guardOutputs(
    [{ option: '--out', path: flags.out, kind: 'folder' }],
    flags.driver === undefined ? [] : [{ role: 'the pipeline file', path: flags.driver }],
  );
  await untilStopped(async (signal, terminal) => {
    const onProgress = countsProgress(terminal, flags.task === 'signs' ? 'signs' : 'scenes');
    const { written } = await write(flags.driver, { ...run, signal, onProgress }, terminal);
    if (signal.aborted) return `${written} scenes stand in ${flags.out}; the same command goes on`;
    const unit = flags.task === 'signs' ? 'crops' : 'scenes';
    terminal.clearLive();
    terminal.print(`${flags.out}: ${written} ${unit} for ${flags.task}, seeds from ${run.seed}`);
    return '';
  });
}

/** Writes scenes, or drives if a driver is given. */
async function write(
  driver: string | undefined,
  run: DatasetRun,
  terminal: Terminal,
): Promise<{ written: number }> {
  if (driver === undefined) {
    const { writeDataset } = await import('../simulator/datasets/write-dataset.js');
    return writeDataset(run);
  }
  const { loadPipelineFile } = await import('../src/pipeline/pipeline-file.js');
  const config = await loadPipelineFile(driver);
  const { writeDrives } = await import('../simulator/datasets/write-drives.js');
  return writeDrives({ ...run, config, note: (text) => terminal.note(text) });
}

function refuseWithDriver({ task, truth, singleLane }: DatasetFlags): void {
  if (task !== 'steering') throw usage(`expected --driver with steering, found ${task}`);
  const found = truth === true ? '--truth' : singleLane !== undefined ? '--single-lane' : undefined;
  if (found !== undefined) throw usage(`expected --driver without ${found}, found both`);
}
