import { basename } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { guardOutputs } from '../src/files/output-guard.js';
import { checkNothingAt } from '../src/files/write-folder.js';
import { writeWhole } from '../src/files/write-whole.js';
import { PerceptionError } from '../src/frame/perception-error.js';
import { measuredJson } from '../src/text/measured-json.js';
import type { Feeding } from '../tools/adopt/feeding.js';
import { adoptCommandLine, originOf } from './adopt-command-line.js';
import { type AdoptFlags, adoptedTasks } from './adopt-flags.js';
import { addSteeringFlags } from './adopt-steering-flags.js';
import { countsProgress } from './progress-line.js';
import { Terminal } from './terminal.js';

/** `windshield adopt <network.onnx>`: converts a foreign network to a model bundle. */
export function adoptCommand(): Command {
  const command = new Command('adopt')
    .summary('take a network of your own and make a model bundle of it')
    .description(
      'Recognises an ONNX file by its shapes, names and metadata, tries every plausible way of feeding it on\n' +
        'labelled pictures (20 are enough), shows them best first, and writes a model bundle that can never be\n' +
        'fed wrongly again. docs/adopting.md lists the known families.',
    )
    .argument('<network.onnx>', 'the file, or an https address with --sha256')
    .addOption(
      new Option('--task <task>', 'what the network does')
        .choices(adoptedTasks)
        .default('detection'),
    )
    .option('--like <family>', 'the family, where the file does not say')
    .option(
      '--classes <list>',
      'its classes in order: coco, coco91, voc, cityscapes, camvid, a file, or names with commas',
    )
    .option(
      '--map <file.yaml>',
      'classes: {their name: our name}; the usual road users when left out',
    )
    .addOption(
      new Option('--unmapped <what>', 'classes that are not mapped')
        .choices(['drop', 'keep'])
        .default('drop'),
    )
    .option(
      '--anchors <pixels>',
      'detection, undecoded heads: width,height of each anchor, / between levels, finest first',
      anchors,
    )
    .option(
      '--output <name>',
      'the output to read, where the file does not say; of several values `name:0`',
    )
    .option('--drivable <names>', 'segmentation: classes to drive on, with commas (default: road)')
    .option('--palette <file.yaml>', 'segmentation: palette: {class: [red, green, blue]}')
    .option(
      '--crop-from <names>',
      'signs, lights: the detector’s classes whose boxes are read (default: traffic_sign, traffic_light)',
    )
    .option('--crop-margin <share>', 'signs, lights: how far a box grows on every side', share, 0)
    .option('--multi-label', 'signs, lights: each class is answered separately')
    .option('--abstain-below <share>', 'signs, lights: abstain below this score', share, 0.5)
    .option('--data <folder>', 'labelled pictures, to find out how the network is fed')
    .option('--format <format>', 'of the labels, as in evaluate: voc, kitti, camvid, recording, …')
    .option('--split <split>', 'the part of the data, as in evaluate')
    .option(
      '--pictures <folder>',
      'pictures without labels: how the network is fed is then a guess',
    )
    .option(
      '--limit <n>',
      'how many pictures are used, spread evenly (default: 24; 200 with steering)',
      wholeNumber,
    )
    .option('--size <WxH>', 'the input size, for a network that takes any', size)
    .addOption(
      new Option('--colour <order>', 'use this one instead of trying all').choices([
        'rgb',
        'bgr',
        'yuv',
      ]),
    )
    .addOption(
      new Option('--range <numbers>', 'use this one instead of trying all').choices([
        '0..255',
        '0..1',
        '-1..1',
        'imagenet',
        'caffe',
      ]),
    )
    .addOption(
      new Option('--fit <fit>', 'use this one instead of trying all').choices([
        'stretch',
        'letterbox',
        'letterbox-top-left',
      ]),
    )
    .option('--pad <grey>', 'use this grey instead of trying several: 0 to 255', grey)
    .option(
      '--region <shares>',
      'the part of the frame that the network sees: left,top,right,bottom from 0 to 1',
      region,
    )
    .option('--threshold <score>', 'boxes below it are not published', share, 0.3)
    .addOption(
      new Option('--nms <method>', 'for networks that do not suppress their own overlapping boxes')
        .choices(['hard', 'soft'])
        .default('hard'),
    )
    .option('--nms-iou <iou>', 'hard: overlap above which the weaker box is removed', share, 0.5)
    .option('--nms-across-classes', 'boxes of different classes suppress each other too')
    .option('--licence <text>', 'the licence of the network, as you know it', 'not stated')
    .option('--name <name>', 'the bundle’s name (default: the file’s)')
    .option('--sha256 <hash>', 'hash of a network that is downloaded')
    .option('--sheet <file.png>', 'also draw 16 pictures with what the network sees')
    .requiredOption('--out <folder>', 'the bundle’s folder, which must not exist yet')
    .option('--json', 'print one JSON object')
    .action(async (place: string, flags: AdoptFlags) => {
      await adopt(place, flags);
    });
  return addSteeringFlags(command);
}

async function adopt(place: string, flags: AdoptFlags): Promise<void> {
  const terminal = new Terminal();
  const { writeNewBundle } = await import('../tools/export/write-new-bundle.js');
  const { adoptionTasks } = await import('./adopt-tasks.js');
  const { adoptedModelCard } = await import('../tools/adopt/adopted-model-card.js');
  const { trialTable } = await import('../tools/adopt/format-adoption.js');
  const { describeInput } = await import('../tools/adopt/describe-bundle.js');
  checkNothingAt(flags.out);
  guardOutputs(
    [
      { option: '--out', path: flags.out, kind: 'folder' },
      ...(flags.sheet === undefined
        ? []
        : [{ option: '--sheet', path: flags.sheet, kind: 'png' as const }]),
    ],
    [
      ...(place.includes('://') ? [] : [{ role: 'the network', path: place }]),
      ...(flags.data === undefined ? [] : [{ role: 'the data', path: flags.data }]),
      ...(flags.pictures === undefined ? [] : [{ role: 'the pictures', path: flags.pictures }]),
      ...(flags.check === undefined ? [] : [{ role: 'the drive', path: flags.check }]),
    ],
  );
  const network = await readNetwork(place, flags.sha256);
  const { hasControl } = await import('../tools/adopt/class-names.js');
  const name = flags.name ?? network.name.replace(/\.(onnx|json)$/, '');
  if (hasControl(name) || hasControl(flags.licence))
    throw new PerceptionError('ERR_USAGE', 'expected --name and --licence of printable characters');
  const choices = {
    size: flags.size,
    regionNorm: flags.region,
    feeding: certainFeeding(flags),
    name,
    version: '1.0.0',
    from: originOf(place, network.name),
    licence: flags.licence,
    command: adoptCommandLine(flags),
  };
  const prepared = await adoptionTasks[flags.task](network, choices, flags);
  if (flags.sheet !== undefined && prepared.seen === undefined)
    throw new PerceptionError(
      'ERR_USAGE',
      flags.task !== 'detection' && flags.task !== 'segmentation'
        ? `expected --sheet with detection or segmentation, found ${flags.task}: it shows whole pictures`
        : 'expected --data or --pictures with --sheet, found none',
    );
  if (!flags.json) {
    terminal.print(`${network.name}: family ${prepared.family}`);
    for (const reason of prepared.reasons) terminal.print(`  ${reason}`);
  }
  const adopted = await prepared.adopt(countsProgress(terminal, 'ways'));
  terminal.clearLive();
  if (!flags.json && adopted.trials.length > 0) terminal.print(`\n${trialTable(adopted)}\n`);
  if (adopted.triedOn === 'steadiness')
    terminal.note(
      'without labels the feeding is a guess: look at --sheet, or give --data with --format',
    );
  const proof = await prepared.prove?.(adopted.bundle);
  if (proof !== undefined) Object.assign(adopted.bundle.manifest.scores, proof.score);
  if (flags.sheet !== undefined) {
    const { contactSheet } = await import('../tools/adopt/contact-sheet.js');
    const { decode } = adopted.bundle.manifest;
    const legend =
      decode.kind === 'segmentation'
        ? decode.classes.map((name, id) => ({ name, rgb: decode.paletteRgb[id]! }))
        : [];
    const seen = await prepared.seen!(adopted.bundle);
    writeWhole(flags.sheet, await contactSheet(seen, name, legend));
  }
  writeNewBundle(flags.out, adopted.bundle, adoptedModelCard(adopted.bundle.manifest));
  const { family, reasons, trials, triedOn } = adopted;
  terminal.print(
    flags.json
      ? measuredJson({
          out: flags.out,
          family,
          reasons,
          triedOn,
          trials: trials.map(trialJson),
          ...(proof && { check: proof.told }),
        })
      : `${proof === undefined ? '' : `${proof.told}\n`}fed with ${describeInput(adopted.bundle.manifest)}\nwritten: ${flags.out}`,
  );
}

async function readNetwork(place: string, sha256: string | undefined) {
  const { parseNetwork, readNetworkFile } = await import('../tools/adopt/network-file.js');
  if (!/^[a-z]+:\/\//.test(place)) {
    if (!place.endsWith('.json')) return readNetworkFile(place);
    const { readLayersNetwork } = await import('../tools/adopt/layers-model.js');
    return readLayersNetwork(place);
  }
  const { fetchNetwork } = await import('../tools/adopt/fetch-network.js');
  return parseNetwork(await fetchNetwork(place, sha256), basename(new URL(place).pathname));
}

function certainFeeding({ colour, range, fit, pad }: AdoptFlags): Partial<Feeding> {
  return {
    ...(colour && { colour }),
    ...(range && { range }),
    ...(fit && { fit }),
    ...(pad !== undefined && { padValue: pad }),
  };
}

const trialJson = ({ feeding, decode, score }: import('../tools/adopt/trial.js').Trial) => ({
  ...feeding,
  ...(decode.kind === 'distribution' && { point: decode.point }),
  value: score.value,
  ...score.parts,
});

function size(text: string): { widthPx: number; heightPx: number } {
  const match = /^(\d+)x(\d+)$/.exec(text);
  const [widthPx, heightPx] = [Number(match?.[1]), Number(match?.[2])];
  if (widthPx >= 8 && heightPx >= 8 && widthPx <= 4096 && heightPx <= 4096)
    return { widthPx, heightPx };
  throw new InvalidArgumentError('expected <width>x<height>, each 8 to 4096.');
}

/** `10,13,16,30/30,61,62,45`. */
function anchors(text: string): number[][] {
  const levels = text.split('/').map((level) => level.split(',').map(Number));
  const arePairs = levels.every(
    (level) => level.length % 2 === 0 && level.every((value) => value > 0 && value <= 8192),
  );
  if (arePairs) return levels;
  throw new InvalidArgumentError('expected pairs of pixels, such as 10,13,16,30/30,61,62,45.');
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new InvalidArgumentError('expected a whole number above 0.');
}

function share(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= 0 && value <= 1) return value;
  throw new InvalidArgumentError('expected a number from 0 to 1.');
}

function grey(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= 0 && value <= 255) return value;
  throw new InvalidArgumentError('expected a number from 0 to 255.');
}

function region(text: string): [number, number, number, number] {
  const shares = text.split(',').map(Number);
  const [left, top, right, bottom] = shares as [number, number, number, number];
  const isPart = left >= 0 && top >= 0 && right <= 1 && bottom <= 1 && left < right && top < bottom;
  if (shares.length === 4 && isPart) return [left, top, right, bottom];
  throw new InvalidArgumentError('expected left,top,right,bottom from 0 to 1.');
}
