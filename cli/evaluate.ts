import { join } from 'node:path';
import { Argument, Command, Option } from 'commander';
import type { Bundle } from '../src/bundle/bundle.js';
import { labelsOf, scoredTasks, type Task } from '../src/bundle/manifest.js';
import { readsCrops } from '../src/bundle/output-spec.js';
import { type GuardedOutput, guardOutputs } from '../src/files/output-guard.js';
import { PerceptionError } from '../src/frame/perception-error.js';
import { readBundleFolder } from '../src/inference/read-bundle-folder.js';
import type { Dataset } from '../tools/datasets/sample.js';
import { shippedModelsDir } from './default-pipelines.js';
import { addLimitFlags, giveVerdict, type LimitFlags, readLimits } from './limit-flags.js';
import { positiveInteger } from './option-parsers.js';
import { countsProgress } from './progress-line.js';
import { Terminal } from './terminal.js';

/** Number of problems that are printed; the rest are counted. */
const shownProblems = 5;

interface EvaluateFlags extends LimitFlags {
  data: string;
  format: string;
  split?: string;
  classes?: string;
  limit?: number;
  provider: string[];
  allowUncertified?: true;
  report?: string;
  run?: string;
  json?: true;
}

/** `windshield evaluate <task> [bundle]`: computes a bundle's scores on labelled data. */
export function evaluateCommand(): Command {
  const command = new Command('evaluate')
    .summary('measure a model bundle on labelled data')
    .description(
      'Runs a model bundle on labelled pictures, through the same preprocessing, session and decoding as\n' +
        'the rig, and prints its scores: accuracy (signs, lights), mAP at IoU 0.5 (detection), mIoU\n' +
        '(segmentation), errors and correlation of the angle (steering). docs/evaluation.md defines them.',
    )
    .addArgument(new Argument('<task>', 'what the network does').choices(scoredTasks))
    .argument('[bundle]', 'the folder of the model bundle (default: models/<task>)')
    .requiredOption('--data <folder>', 'the labelled data; for format recording, the .mcap file')
    .addOption(
      new Option(
        '--format <format>',
        'gtsrb-packed, gtsrb (signs); sign-folders (signs, lights); camvid (segmentation); voc, kitti, openimages (detection); udacity (steering); recording (all)',
      ).makeOptionMandatory(),
    )
    .option(
      '--split <split>',
      'the part to score: one of the set’s own parts (gtsrb-packed, camvid, openimages), else train, val or all',
    )
    .option(
      '--classes <recipe>',
      'signs, lights: the training recipe whose classes the bundle has; the data’s classes are grouped the same way',
    )
    .option('--limit <n>', 'score at most n samples, spread evenly', positiveInteger)
    .option('--provider <name...>', 'execution providers, tried in this order', ['cpu'])
    .option('--allow-uncertified', 'continue when the golden outputs are not reproduced')
    .option(
      '--report <place>',
      'also write a page with pictures, and its numbers as JSON next to it: a file.html, or a folder for <task>.html',
    )
    .option('--run <folder>', 'the training run whose curves the report shows (its log.jsonl)')
    .option(
      '--json',
      'print one JSON object {task, bundle, data, count, metrics, intervals, notes}',
    )
    .action(async (task: Task, bundleDir: string | undefined, flags: EvaluateFlags) => {
      await evaluate(task, bundleDir ?? `${shippedModelsDir}${task}`, flags);
    });
  return addLimitFlags(command, { min: 'accuracy=0.95', max: 'maeRad=0.05' });
}

async function evaluate(task: Task, bundleDir: string, flags: EvaluateFlags): Promise<void> {
  const { openDataset } = await import('../tools/datasets/open-dataset.js');
  const { runEvaluation } = await import('../tools/evaluate/run-evaluation.js');
  const { evaluationJson, evaluationTable } = await import(
    '../tools/evaluate/format-evaluation.js'
  );
  const terminal = new Terminal();
  const limits = await readLimits(flags);
  if (flags.run !== undefined && flags.report === undefined)
    throw new PerceptionError('ERR_USAGE', 'expected --report with --run, found none');
  const opened = await openDataset(flags.format, flags.data, {
    task: labelsOf(task),
    split: flags.split,
  });
  const bundle = await readBundleFolder(bundleDir);
  if (bundle.manifest.task !== task) {
    throw new PerceptionError(
      'ERR_USAGE',
      `expected a bundle for ${task}, found one for ${bundle.manifest.task}: ${bundleDir}`,
    );
  }
  if (flags.report !== undefined)
    guardOutputs(reportOutputs(flags.report, task), [
      { role: 'the data', path: flags.data },
      { role: 'the bundle', path: bundleDir },
      ...(flags.run === undefined ? [] : [{ role: 'the training run', path: flags.run }]),
      ...(flags.classes === undefined ? [] : [{ role: 'the recipe', path: flags.classes }]),
    ]);
  const dataset = await asTaught(opened, bundle, flags.classes);
  const report =
    flags.report === undefined
      ? undefined
      : await openReport(bundle, dataset, flags.report, flags.run);
  try {
    const evaluation = await runEvaluation(bundle, dataset, {
      providers: flags.provider,
      allowUncertified: flags.allowUncertified ?? false,
      ...(flags.limit !== undefined && { limit: flags.limit }),
      intervals: true,
      ...(report && { onObservation: report.observe }),
      onProgress: countsProgress(terminal, 'samples'),
    });
    terminal.clearLive();
    reportProblems(evaluation.problems, terminal);
    // The scores come first, so that they are printed even if the report can no longer be written.
    terminal.print(flags.json ? evaluationJson(evaluation) : evaluationTable(evaluation));
    await report?.write(evaluation);
    for (const path of report?.paths ?? []) terminal.note(`wrote ${path}`);
    const { manifestScores } = await import('../tools/evaluate/evaluation.js');
    const scores = new Map(Object.entries(manifestScores(evaluation)));
    await giveVerdict(`windshield evaluate ${task}`, limits, scores, flags.junit, terminal);
  } finally {
    await report?.abort();
  }
}

/** Crops of a user's own classes, with the bundle's class numbers. */
async function asTaught(
  dataset: Dataset,
  { manifest }: Bundle,
  recipePath: string | undefined,
): Promise<Dataset> {
  if (dataset.task !== 'signs' || !readsCrops(manifest.decode)) {
    if (recipePath === undefined) return dataset;
    throw new PerceptionError(
      'ERR_USAGE',
      `expected --classes with signs or lights, found ${dataset.task}`,
    );
  }
  let signs = dataset as Dataset<'signs'>;
  if (recipePath !== undefined) {
    const { readRecipe } = await import('../tools/train/recipe.js');
    const { regroupClasses } = await import('../tools/train/data/class-groups.js');
    const { classes } = readRecipe(recipePath);
    if (classes === undefined)
      throw new PerceptionError(
        'ERR_CONFIG',
        `${recipePath}: expected a recipe with classes, found none`,
      );
    signs = regroupClasses(signs, classes);
  }
  const { inBundleClasses } = await import('../tools/evaluate/class-ids.js');
  return inBundleClasses(signs, { manifest }) as unknown as Dataset;
}

/** The page, and its JSON next to it. */
function reportOutputs(place: string, task: Task): GuardedOutput[] {
  const page = place.endsWith('.html') ? place : join(place, `${task}.html`);
  return [
    { option: '--report', path: page, kind: 'html' },
    { option: '--report', path: page.replace(/\.html$/, '.json'), kind: 'json' },
  ];
}

async function openReport(
  bundle: Bundle,
  dataset: Dataset,
  place: string,
  run: string | undefined,
) {
  const { startReport } = await import('../tools/evaluate/report/report-run.js');
  return startReport(bundle, dataset, place, run);
}

function reportProblems(problems: { where: string; reason: string }[], terminal: Terminal): void {
  for (const { where, reason } of problems.slice(0, shownProblems)) {
    terminal.note(`left out: ${where}: ${reason}`);
  }
  const more = problems.length - shownProblems;
  if (more > 0) terminal.note(`left out: ${more} more`);
}
