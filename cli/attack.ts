import { Argument, Command, InvalidArgumentError, Option } from 'commander';
import type { Bundle } from '../src/bundle/bundle.js';
import { type LabelledTask, labelledTasks } from '../src/bundle/manifest.js';
import { readsCrops } from '../src/bundle/output-spec.js';
import { guardOutputs } from '../src/files/output-guard.js';
import { writeWhole } from '../src/files/write-whole.js';
import { PerceptionError } from '../src/frame/perception-error.js';
import { readBundleFolder } from '../src/inference/read-bundle-folder.js';
import { measuredJson } from '../src/text/measured-json.js';
import { didYouMean } from '../src/text/nearest-word.js';
import { textTable } from '../src/text/text-table.js';
import type { AttackMethod, AttackReport } from '../tools/attack/run-attack.js';
import { attackWithSticker } from './attack-sticker.js';
import { shippedModelsDir } from './default-pipelines.js';
import { positive, positiveInteger } from './option-parsers.js';
import { countsProgress } from './progress-line.js';
import { Terminal } from './terminal.js';

const methods = [
  'fgsm',
  'pgd',
  'universal',
  'patch',
  'noise',
] as const satisfies readonly AttackMethod[];

interface AttackFlags {
  data?: string;
  format?: string;
  split?: string;
  method: AttackMethod | 'sticker';
  eps?: number[];
  limit: number;
  seed: number;
  report?: string;
  fool?: string;
  class: string;
  target?: string;
  sizeCm: number;
  scenes: number;
  print?: string;
  json?: true;
}

/** `windshield attack <task> [bundle]`: how far pictures must change until the answers turn. */
export function attackCommand(): Command {
  return new Command('attack')
    .summary('measure how easily your own network is fooled')
    .description(
      'Changes your pictures as little as possible, along the network’s own gradients, until its answers change, and\n' +
        'prints how many answers survive each size of change, next to random noise of the same size. For the\n' +
        'defence of your own networks. docs/explaining.md describes the methods.',
    )
    .addArgument(new Argument('<task>', 'what the network does').choices(labelledTasks))
    .argument('[bundle]', 'the folder of the model bundle (default: models/<task>)')
    .option('--data <folder>', 'the pictures, as for evaluate; a sticker needs none')
    .option('--format <format>', 'their format, as for evaluate')
    .option('--split <split>', 'the part to use, as for evaluate')
    .addOption(new Option('--method <name>', 'how').choices([...methods, 'sticker']).default('pgd'))
    .option(
      '--eps <list>',
      'sizes of the change: grey levels such as 1,2,4,8; for a patch, shares of the shorter edge such as 0.1,0.25',
      numbers,
    )
    .option('--limit <n>', 'pictures, spread evenly', positiveInteger, 100)
    .option('--seed <n>', 'seed of all random numbers', positiveInteger, 1)
    .option('--report <file.html>', 'also write a page with pictures')
    .option(
      '--fool <class>',
      'classifiers: add meaningless pictures that the network takes for this class; needs --report',
    )
    .option('--class <name>', 'sticker: the sign that carries it', 'stop')
    .option(
      '--target <name>',
      'sticker: the class that the sign should be read as; any other class when left out',
    )
    .option('--size-cm <n>', 'sticker: its edge when printed, on a sign of 90 cm', positive, 30)
    .option(
      '--scenes <n>',
      'sticker: scenes (worlds and light) per distance and angle',
      positiveInteger,
      4,
    )
    .option('--print <file.png>', 'sticker: also write it at true size for printing')
    .option('--json', 'print one JSON object')
    .action(attack);
}

function numbers(text: string): number[] {
  const found = text.split(',').map((each) => (each.trim() === '' ? Number.NaN : Number(each)));
  if (found.every(Number.isFinite)) return found;
  throw new InvalidArgumentError('expected numbers with commas between them.');
}

async function attack(
  task: LabelledTask,
  folder: string | undefined,
  flags: AttackFlags,
): Promise<void> {
  const bundleDir = folder ?? `${shippedModelsDir}${task}`;
  const { method, data, format } = flags;
  if (method === 'sticker') return attackWithSticker(bundleDir, flags);
  if (data === undefined || format === undefined)
    throw new PerceptionError(
      'ERR_USAGE',
      `--method ${method}: expected --data and --format, found not both`,
    );
  if (flags.fool !== undefined && flags.report === undefined)
    throw new PerceptionError('ERR_USAGE', 'expected --report with --fool, found none');
  if (flags.report !== undefined)
    guardOutputs(
      [{ option: '--report', path: flags.report, kind: 'html' }],
      [
        { role: 'the data', path: data },
        { role: 'the bundle', path: bundleDir },
      ],
    );
  const { openDataset } = await import('../tools/datasets/open-dataset.js');
  const { runAttack } = await import('../tools/attack/run-attack.js');
  const bundle = await readBundleFolder(bundleDir);
  if (bundle.manifest.task !== task)
    throw new PerceptionError(
      'ERR_USAGE',
      `expected a bundle for ${task}, found one for ${bundle.manifest.task}: ${bundleDir}`,
    );
  // Checked before the attack, which may take minutes.
  const fooledId = flags.fool === undefined ? undefined : classToFool(bundle, flags.fool);
  const { limit, seed } = flags;
  const sizes = flags.eps ?? (method === 'patch' ? [0.1, 0.2, 0.3] : [1, 2, 4, 8]);
  const dataset = await openDataset(format, data, { task, split: flags.split });
  const terminal = new Terminal();
  const report = await runAttack(bundle, dataset, {
    ...{ method, sizes, count: limit, seed },
    onProgress: countsProgress(terminal, 'pictures'),
  });
  terminal.clearLive();
  const { shown: _, ...told } = report;
  terminal.print(flags.json ? measuredJson(told) : tableOf(report));
  if (flags.report === undefined) return;
  const { attackPage } = await import('../tools/attack/attack-page.js');
  const { foolingPictures } = await import('../tools/attack/fooling-picture.js');
  const fooling = fooledId === undefined ? [] : foolingPictures(bundle, fooledId, seed);
  writeWhole(flags.report, await attackPage(bundle, dataset.name, report, fooling));
  terminal.note(`wrote ${flags.report}`);
}

function classToFool({ manifest }: Bundle, className: string): number {
  const { decode, task } = manifest;
  if (!readsCrops(decode))
    throw new PerceptionError('ERR_USAGE', `--fool: expected a classifier of crops, found ${task}`);
  const { classes } = decode;
  const classId = classes.indexOf(className);
  if (classId < 0)
    throw new PerceptionError(
      'ERR_USAGE',
      `--fool: expected a class of the bundle, found ${className}${didYouMean(className, classes)}`,
    );
  return classId;
}

function tableOf({ method, pictures, cleanAccuracy, points, medianSize }: AttackReport): string {
  const share = (value: number | undefined) => (value === undefined ? '' : value.toFixed(3));
  const isLabelled = cleanAccuracy !== undefined;
  const head = ['size', 'kept', 'under noise', ...(isLabelled ? ['accuracy', 'under noise'] : [])];
  const rows = points.map((p) => [
    `${p.size}`,
    share(p.kept),
    share(p.keptUnderNoise),
    ...(isLabelled ? [share(p.accuracy), share(p.accuracyUnderNoise)] : []),
  ]);
  const clean = isLabelled ? `, accuracy ${share(cleanAccuracy)} on clean ones` : '';
  const half =
    medianSize === undefined
      ? 'more than half of the answers stay at every size'
      : `half of the answers have turned at ${medianSize.toFixed(2)}`;
  return [
    `${method}, ${pictures} pictures${clean}`,
    textTable([head, ...rows], { numbers: [...head.keys()] }),
    half,
  ].join('\n');
}
