import { Command } from 'commander';
import { guardOutputs } from '../src/files/output-guard.js';
import { readBundleFolder } from '../src/inference/read-bundle-folder.js';
import { measuredJson } from '../src/text/measured-json.js';
import { columnsTo, textTable } from '../src/text/text-table.js';
import type { Strength } from '../tools/corruptions/corruption.js';
import type { NoveltyReport, NoveltyRow } from '../tools/novelty/measure-novelty.js';
import { codeSize, numberOf, positive, positiveInteger, seconds, usage } from './option-parsers.js';
import { countsProgress } from './progress-line.js';
import { Terminal } from './terminal.js';
import { untilStopped } from './until-stopped.js';

/** `windshield novelty`: trains and measures a gate for the rig's ordinary frames. */
export function noveltyCommand(): Command {
  return new Command('novelty')
    .summary('train and measure a gate that reports scenes unlike the ones it was trained on')
    .description(
      'The gate is a small autoencoder of ordinary frames. A frame that it cannot reconstruct, or whose code is far from all that it saw, is novel:\n' +
        'results then say `novel_scene`. See docs/novelty.md.',
    )
    .addCommand(trainCommand())
    .addCommand(measureCommand());
}

interface TrainFlags {
  out: string;
  holdOut: number;
  every: number;
  code: number;
  denoising?: true;
  autoencoder?: string;
  steps: number;
  falseAlarms: number;
  begin: number;
  end: number;
  seed: number;
  threads: number;
  replace?: true;
}

function trainCommand(): Command {
  return new Command('train')
    .summary('train the gate on ordinary drives, and write its bundle')
    .argument(
      '<drives...>',
      'recordings of ordinary drives; five or more minutes of every kind of driving',
    )
    .requiredOption('-o, --out <folder>', 'the bundle’s folder')
    .option('--hold-out <n>', 'hold out every n-th drive, to set the threshold', wholeFrom(2), 3)
    .option('--every <s>', 'seconds between the frames used', seconds, 0.25)
    .option('--code <numbers>', 'size of a frame’s code, a multiple of 8', codeSize, 32)
    .option('--denoising', 'learn to restore the clean picture from a corrupted one')
    .option('--autoencoder <file.onnx>', 'use this autoencoder instead of training one')
    .option('--steps <n>', 'training steps, 16 pictures each', positiveInteger, 3000)
    .option('--false-alarms <n>', 'target number of false alarms in ten minutes', positive, 1)
    .option('--begin <s>', 'how long frames must be novel before it is reported', seconds, 1)
    .option('--end <s>', 'how long they must be ordinary before the report ends', seconds, 2)
    .option('--seed <n>', 'seed of the weights and of the order', positiveInteger, 1)
    .option('--threads <n>', 'CPU threads', positiveInteger, 1)
    .option('--replace', 'replace an existing bundle')
    .action(train);
}

const wholeFrom = (least: number) => numberOf({ least, isWhole: true });

async function train(drives: string[], flags: TrainFlags): Promise<void> {
  const { trainNovelty } = await import('../tools/novelty/train-novelty.js');
  const { modelCard } = await import('../tools/export/model-card.js');
  const { writeFolder } = await import('../src/files/write-folder.js');
  guardOutputs(
    [{ option: '--out', path: flags.out, kind: 'folder' }],
    drives.map((path) => ({ role: 'the drive', path })),
  );
  await untilStopped(async (signal, terminal) => {
    const showSteps = countsProgress(terminal, 'steps');
    const { bundle, pictures, heldOutMinutes, heldOutAlarms } = await trainNovelty({
      drives,
      holdOutEvery: flags.holdOut,
      everyS: flags.every,
      codeSize: flags.code,
      isDenoising: flags.denoising === true,
      steps: flags.steps,
      seed: flags.seed,
      ...(flags.autoencoder !== undefined && { autoencoder: flags.autoencoder }),
      alarmsPerMinute: flags.falseAlarms / 10,
      beginS: flags.begin,
      endS: flags.end,
      threads: flags.threads,
      command: `windshield novelty train <${drives.length} drives> --steps ${flags.steps} --code ${flags.code} --seed ${flags.seed}`,
      onNote: (line) => terminal.note(line),
      onProgress: (step) => showSteps(step, flags.steps),
      signal,
    });
    if (signal.aborted) return `${flags.out} was not written`;
    const { manifest, golden, network } = bundle;
    const text = (document: unknown): string => `${JSON.stringify(document, null, 2)}\n`;
    const content = {
      [manifest.network.file]: network,
      'manifest.json': text(manifest),
      'golden.json': text(golden),
      'MODEL_CARD.md': modelCard(manifest),
    };
    writeFolder(flags.out, content, { replace: flags.replace === true });
    terminal.clearLive();
    const decode = manifest.decode as { threshold: number };
    terminal.print(
      `${flags.out}: learnt from ${pictures} frames; threshold ${decode.threshold.toFixed(2)}, ${heldOutAlarms} alarms in ${heldOutMinutes.toFixed(1)} held-out minutes`,
    );
    return '';
  }, 'novelty train');
}

interface MeasureFlags {
  bundle: string;
  against: Map<string, string>;
  alterations?: string;
  strengths: Strength[];
  every: number;
  seed: number;
  json?: true;
}

function measureCommand(): Command {
  return new Command('measure')
    .summary('measure false alarms on ordinary drives, and detection of altered ones')
    .argument('<drives...>', 'recordings of ordinary drives that the gate was not trained on')
    .requiredOption('-b, --bundle <folder>', 'the bundle that `novelty train` wrote')
    .option(
      '--against <name=drive|folder>',
      'a drive or pictures from elsewhere; repeatable',
      place,
      new Map(),
    )
    .option('--alterations <names>', 'only these, separated by commas')
    .option(
      '--strengths <list>',
      'strengths of the alterations, from 1 to 5',
      strengthList,
      [1, 2, 3, 4, 5],
    )
    .option('--every <s>', 'seconds between the frames used', seconds, 0.5)
    .option('--seed <n>', 'seed of drops, spots and noise', positiveInteger, 1)
    .option('--json', 'print one JSON object')
    .action(measure);
}

function place(text: string, known: Map<string, string>): Map<string, string> {
  const [, name, path] = /^([^=]+)=(.+)$/.exec(text) ?? [];
  if (name === undefined || path === undefined)
    throw usage(`--against: expected name=drive or name=folder, found "${text}"`);
  return new Map([...known, [name, path]]);
}

const strengthList = (text: string) =>
  text.split(',').map((one) => numberOf({ least: 1, most: 5, isWhole: true })(one) as Strength);

async function measure(drives: string[], flags: MeasureFlags): Promise<void> {
  const { measureNovelty } = await import('../tools/novelty/measure-novelty.js');
  const { requireAlterations } = await import('../tools/novelty/alterations.js');
  const bundle = await readBundleFolder(flags.bundle);
  const terminal = new Terminal();
  const report = await measureNovelty(bundle, {
    drives,
    against: flags.against,
    ...(flags.alterations !== undefined && {
      alterations: requireAlterations(flags.alterations.split(',').map((name) => name.trim())),
    }),
    strengths: flags.strengths,
    everyS: flags.every,
    seed: flags.seed,
    onProgress: countsProgress(terminal, 'drives'),
  });
  terminal.clearLive();
  terminal.print(flags.json ? measuredJson(report) : formatReport(report));
}

function formatReport({ ordinary, altered, threshold }: NoveltyReport): string {
  const row = (one: NoveltyRow) => [
    `${one.name}${one.strength === undefined ? '' : ` ${one.strength}`}`,
    `${one.found} of ${one.minutes}`,
    `${(one.framesAbove * 100).toFixed(1)} %`,
    one.medianValue.toFixed(2),
    one.auc?.toFixed(4) ?? '',
  ];
  const head = ['', 'minutes with an alarm', 'frames above', 'median value', 'AUC'];
  const table = textTable([head, row(ordinary), ...altered.map(row)], { numbers: columnsTo(4) });
  const all = altered.reduce((sum, { minutes }) => sum + minutes, 0);
  const found = altered.reduce((sum, one) => sum + one.found, 0);
  const share =
    all === 0 ? '' : `, ${((100 * found) / all).toFixed(1)} % of ${all} altered minutes found`;
  return `${ordinary.alarms} false alarms in ${ordinary.minutes} ordinary minutes${share}; threshold ${threshold.toFixed(2)}\n${table}`;
}
