import { basename } from 'node:path';
import { Argument, Command } from 'commander';
import { type LabelledTask, labelledTasks } from '../src/bundle/manifest.js';
import { guardOutputs } from '../src/files/output-guard.js';
import { writeWhole } from '../src/files/write-whole.js';
import { PerceptionError } from '../src/frame/perception-error.js';
import { readBundleFolder } from '../src/inference/read-bundle-folder.js';
import { measuredJson } from '../src/text/measured-json.js';
import type { StressReport } from '../tools/stress/run-stress.js';
import { shippedModelsDir } from './default-pipelines.js';
import { positiveInteger } from './option-parsers.js';
import { countsProgress } from './progress-line.js';
import { untilStopped } from './until-stopped.js';

interface StressFlags {
  data: string;
  format: string;
  split?: string;
  corruptions?: string;
  limit: number;
  seed: number;
  report?: string;
  json?: true;
}

/** `windshield stress <task> [bundles...]`: measures how weather, lens and camera affect a network's answers. */
export function stressCommand(): Command {
  return new Command('stress')
    .summary('score a bundle under fifteen kinds of corruption, at five strengths each')
    .description(
      'Scores bundles on labelled pictures that are corrupted the way weather, lenses and cameras do it. Prints the error\n' +
        'of each as soon as it is known, and at the end the mean corruption error against the first bundle. Ctrl-C keeps\n' +
        'what is scored. Default bundles: models/<task> and its 8-bit twin.',
    )
    .addArgument(new Argument('<task>', 'what the network does').choices(labelledTasks))
    .argument('[bundles...]', 'folders of bundles; the first is the reference')
    .requiredOption('--data <folder>', 'the labelled pictures, as for evaluate')
    .requiredOption('--format <format>', 'their format, as for evaluate')
    .option('--split <split>', 'the part to score, as for evaluate')
    .option('--corruptions <names>', 'only these, separated by commas')
    .option('--limit <n>', 'samples per run, spread evenly', positiveInteger, 100)
    .option('--seed <n>', 'seed of drops, spots and noise', positiveInteger, 1)
    .option('--report <file.html>', 'also write a page with curves and pictures')
    .option('--json', 'print one JSON object')
    .action(stress);
}

async function stress(task: LabelledTask, folders: string[], flags: StressFlags): Promise<void> {
  const own = `${shippedModelsDir}${task}`;
  const bundleDirs = folders.length === 0 ? [own, `${own}-int8`] : folders;
  if (flags.report !== undefined)
    guardOutputs(
      [{ option: '--report', path: flags.report, kind: 'html' }],
      [
        { role: 'the data', path: flags.data },
        ...bundleDirs.map((path) => ({ role: 'the bundle', path })),
      ],
    );
  const { openDataset } = await import('../tools/datasets/open-dataset.js');
  const { corruptionNames, requireCorruptions } = await import(
    '../tools/corruptions/corruption-table.js'
  );
  const { runStress } = await import('../tools/stress/run-stress.js');
  const { StressLines } = await import('../tools/stress/stress-lines.js');
  const { stressPage, stressRows } = await import('../tools/stress/stress-page.js');
  const corruptions =
    flags.corruptions === undefined
      ? corruptionNames
      : requireCorruptions(flags.corruptions.split(',').map((name) => name.trim()));
  const bundles = await Promise.all(bundleDirs.map((dir) => readBundleFolder(dir)));
  const stranger = bundles.find(({ manifest }) => manifest.task !== task);
  if (stranger !== undefined)
    throw new PerceptionError(
      'ERR_USAGE',
      `expected bundles for ${task}, found one for ${stranger.manifest.task}: ${stranger.where}`,
    );
  const dataset = await openDataset(flags.format, flags.data, { task, split: flags.split });
  await untilStopped(async (signal, terminal) => {
    const onProgress = countsProgress(terminal, 'evaluations');
    const names = bundles.map(({ where }) => basename(where));
    const lines = new StressLines(names);
    const onRow = (now: StressReport): void => {
      // With --json standard output has one object, at the end.
      const say = (text: string) => (flags.json ? terminal.note(text) : terminal.print(text));
      for (const line of lines.take(now)) say(line);
    };
    const { limit, seed } = flags;
    const options = { corruptions, limit, seed, onProgress, onRow, signal };
    const report = await runStress(bundles, dataset, options).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
    if (report === undefined) return 'nothing was scored';
    terminal.clearLive();
    if (flags.json) terminal.print(measuredJson(report));
    else if (report.unscored.length === 0) terminal.print(lines.row(stressRows(report).at(-1)!));
    if (flags.report !== undefined) {
      writeWhole(flags.report, await stressPage(report, dataset));
      terminal.note(`wrote ${flags.report}`);
    }
    const scored = corruptions.length - report.unscored.length;
    return `${scored} of ${corruptions.length} corruptions were scored`;
  }, 'stress');
}
