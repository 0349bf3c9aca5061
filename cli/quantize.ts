import { Command, InvalidArgumentError, Option } from 'commander';
import { labelsOf } from '../src/bundle/manifest.js';
import { guardOutputs } from '../src/files/output-guard.js';
import { checkNothingAt } from '../src/files/write-folder.js';
import { readBundleFolder } from '../src/inference/read-bundle-folder.js';
import { measuredJson } from '../src/text/measured-json.js';
import type { WeightBits } from '../tools/quantize/quantized-weights.js';
import { exitCodes } from './exit-codes.js';
import { numberOf, positiveInteger } from './option-parsers.js';
import { Terminal } from './terminal.js';

interface QuantizeFlags {
  data: string;
  format: string;
  split?: string;
  calibrationSplit?: string;
  precision: 'int8' | 'fp16';
  calibration: 'percentile' | 'entropy' | 'minmax';
  percentile: number;
  samples: number;
  limit?: number;
  maxLoss: number;
  activations: 'uint8' | 'int8';
  weights: WeightBits;
  also?: readonly OtherData[];
  out: string;
  json?: true;
}

/** `windshield quantize <bundle>`: converts a float32 bundle to 8 or 16 bits. */
export function quantizeCommand(): Command {
  return new Command('quantize')
    .summary('make an 8- or 16-bit model bundle from one in float32')
    .description(
      'Finds the range of every value on real samples, stores weights and values in 8 bits, and keeps in float32 the\n' +
        'layers that lose most by it, until the score drops by no more than --max-loss. Writes a new bundle with both\n' +
        'scores, its own golden outputs and a model card. docs/quantisation.md explains the method and the measurements.',
    )
    .argument('<bundle>', 'the folder of a model bundle in float32')
    .requiredOption('--data <folder>', 'labelled data; for format recording, the .mcap file')
    .addOption(
      new Option(
        '--format <format>',
        'as in evaluate: gtsrb-packed, gtsrb, sign-folders, camvid, voc, kitti, openimages, udacity, recording',
      ).makeOptionMandatory(),
    )
    .option('--split <split>', 'the part on which both networks are scored, as in evaluate')
    .option('--calibration-split <split>', 'the part on which ranges are found (default: --split)')
    .option('--limit <n>', 'score at most n samples, spread evenly', positiveInteger)
    .addOption(
      new Option('--precision <bits>', 'int8 for the CPU, fp16 for GPUs')
        .choices(['int8', 'fp16'])
        .default('int8'),
    )
    .addOption(
      new Option('--calibration <method>', 'how much of a value’s range 8 bits cover')
        .choices(['percentile', 'entropy', 'minmax'])
        .default('percentile'),
    )
    .option(
      '--percentile <p>',
      'with percentile: per cent of the values that are covered',
      numberOf({ above: 50, most: 100 }),
      99.99,
    )
    .option('--samples <n>', 'find ranges on at most n samples, spread evenly', positiveInteger, 64)
    .option(
      '--max-loss <points>',
      'how many hundredths the score may lose',
      numberOf({ least: 0, most: 100 }),
      0.5,
    )
    .addOption(
      new Option('--activations <type>', 'uint8 for the CPU; int8, around zero, for TensorRT')
        .choices(['uint8', 'int8'])
        .default('uint8'),
    )
    .addOption(
      new Option(
        '--weights <bits>',
        '7 is correct and fast on every processor; 8 is fast only with VNNI or on Arm',
      )
        .choices(['7', '8'])
        .default(7)
        .argParser((text): WeightBits => {
          if (text !== '7' && text !== '8') throw new InvalidArgumentError('expected 7 or 8.');
          return text === '7' ? 7 : 8;
        }),
    )
    .option(
      '--also <format[@split]=folder>',
      'also score both networks on this labelled data, for the card; repeatable',
      otherData,
    )
    .requiredOption('--out <folder>', 'the new bundle’s folder, which must not exist yet')
    .option('--json', 'print one JSON object')
    .action(async (bundleDir: string, flags: QuantizeFlags) => {
      await quantize(bundleDir, flags);
    });
}

async function quantize(bundleDir: string, flags: QuantizeFlags): Promise<void> {
  const { openDataset } = await import('../tools/datasets/open-dataset.js');
  const { evenly } = await import('../tools/datasets/evenly.js');
  const { inBundleClasses } = await import('../tools/evaluate/class-ids.js');
  const { quantizationTable } = await import('../tools/quantize/format-quantization.js');
  const { runQuantize } = await import('../tools/quantize/run-quantize.js');
  const terminal = new Terminal();
  const { data, format, split } = flags;
  checkNothingAt(flags.out);
  guardOutputs(
    [{ option: '--out', path: flags.out, kind: 'folder' }],
    [
      { role: 'the bundle', path: bundleDir },
      { role: 'the data', path: data },
    ],
  );
  const bundle = await readBundleFolder(bundleDir);
  const { task } = bundle.manifest;
  const labels = labelsOf(task);
  const open = async (ofFormat: string, place: string, part: string | undefined) =>
    inBundleClasses(await openDataset(ofFormat, place, { task: labels, split: part }), bundle);
  const scoreData = await open(format, data, split);
  const calibrationData = flags.calibrationSplit
    ? await open(format, data, flags.calibrationSplit)
    : scoreData;
  const report = await runQuantize({
    bundle,
    precision: flags.precision === 'fp16' ? 'float16' : 'int8',
    calibrationData: evenly(calibrationData, flags.samples),
    int8: {
      method: flags.calibration,
      percentile: flags.percentile,
      activations: flags.activations,
      weightBits: flags.weights,
    },
    scoreData,
    otherScoreData: await Promise.all(
      (flags.also ?? []).map((other) => open(other.format, other.place, other.split)),
    ),
    limit: flags.limit,
    largestLoss: flags.maxLoss / 100,
    outDir: flags.out,
    command: commandLine(flags),
    onNote: (line) => terminal.note(line),
  });
  terminal.print(flags.json ? measuredJson(report) : quantizationTable(report));
  if (report.isWithinBound) {
    if (!flags.json) terminal.print(`written: ${flags.out}`);
    return;
  }
  terminal.note(
    `lost more than ${flags.maxLoss} points with any choice of layers; nothing written`,
  );
  process.exitCode = exitCodes.failedVerdict;
}

/** The command for the model card, without paths of this machine. */
function commandLine(flags: QuantizeFlags): string {
  const { format, split, calibrationSplit, precision, limit } = flags;
  const words = ['npx windshield quantize <bundle> --data <data>', `--format ${format}`];
  if (split) words.push(`--split ${split}`);
  if (calibrationSplit) words.push(`--calibration-split ${calibrationSplit}`);
  if (limit !== undefined) words.push(`--limit ${limit}`);
  words.push(`--precision ${precision}`);
  if (precision === 'int8') {
    words.push(`--calibration ${flags.calibration}`);
    if (flags.calibration === 'percentile') words.push(`--percentile ${flags.percentile}`);
    words.push(`--samples ${flags.samples}`, `--activations ${flags.activations}`);
    words.push(`--weights ${flags.weights}`);
  }
  for (const other of flags.also ?? []) words.push(`--also ${other.name}=<data>`);
  words.push(`--max-loss ${flags.maxLoss}`, '--out <folder>');
  return words.join(' ');
}

interface OtherData {
  /** Format and split, as given. */
  name: string;
  format: string;
  split: string | undefined;
  place: string;
}

/** Parses `kitti@val=../data/kitti` and appends it to earlier ones. */
function otherData(text: string, before: readonly OtherData[] = []): readonly OtherData[] {
  const [, name, format, split, place] = /^(([^@=]+)(?:@([^=]+))?)=(.+)$/.exec(text) ?? [];
  if (name === undefined)
    throw new InvalidArgumentError('expected <format>=<folder> or <format>@<split>=<folder>.');
  return [...before, { name, format: format!, split, place: place! }];
}
