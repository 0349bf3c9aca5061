import { Command, InvalidArgumentError, Option } from 'commander';
import { type Task, tasks } from '../src/bundle/manifest.js';
import { type ExplainMethod, innerMethods } from '../src/explanation/explain-methods.js';
import { guardOutputs } from '../src/files/output-guard.js';
import { writeWhole } from '../src/files/write-whole.js';
import { PerceptionError } from '../src/frame/perception-error.js';
import { stageTable } from '../src/stages/stage-table.js';
import { defaultPipelineFile, shippedModelsDir } from './default-pipelines.js';
import { explainAlike } from './explain-alike.js';
import { explainLayers, type LayerMethod, layerMethods } from './explain-layers.js';
import { openExplained, readStage } from './explained-bundle.js';
import { numberOf, positiveInteger, seconds } from './option-parsers.js';
import { countsProgress } from './progress-line.js';
import { Terminal } from './terminal.js';

interface ExplainFlags {
  stage?: Task;
  at: number;
  method: ExplainMethod | LayerMethod | 'alike';
  bundle?: string;
  calibration: string;
  camera?: string;
  point?: [number, number];
  layer?: string;
  channel?: number;
  data?: string;
  format?: string;
  split?: string;
  against?: string;
  limit?: number;
  out?: string;
  film?: string;
  width: number;
  every: number;
  measure?: number;
  json?: true;
  view?: true;
  port: string;
  pipeline: string;
}

/** `windshield explain [drive]`: shows which parts of a frame an answer is based on, and what layers respond to. */
export function explainCommand(): Command {
  return new Command('explain')
    .summary('show which parts of a frame an answer is based on')
    .description(
      'Runs one network on one frame of a drive, finds the parts of the frame that its answer is based on, and paints them\n' +
        'over the frame, as a PNG. docs/explaining.md says how far to trust each method.',
    )
    .argument(
      '[drive]',
      'a recording, a video or a folder of pictures; not needed for weights; activations and neuron also take --data',
    )
    .addOption(
      new Option('--stage <task>', 'the network to explain; required without --view').choices(
        tasks,
      ),
    )
    .option('--at <seconds>', 'time from the start of the drive', seconds, 0)
    .addOption(
      new Option('--method <name>', 'the method; docs/explaining.md says what each shows')
        .choices(['occlusion', ...innerMethods, ...layerMethods, 'alike'])
        .default('occlusion'),
    )
    .option('--bundle <folder>', 'its bundle (default: models/<task>)')
    .option('--calibration <file>', 'as in a pipeline file', 'recording')
    .option('--camera <name>', 'which camera of a recording with several; same as <drive>#<name>')
    .option('--point <x,y>', 'segmentation: the pixel whose class is explained', point)
    .option('--layer <name>', 'grad-cam, activations, neuron: the convolution to look at')
    .option('--channel <n>', 'neuron: which filter of the layer, from 0', channel)
    .option(
      '--data <folder>',
      'activations, neuron, alike: pictures of a data set, as for evaluate',
    )
    .option('--format <format>', 'their format, as for evaluate')
    .option('--split <split>', 'the part to use, as for evaluate')
    .option('--against <split>', 'alike: the part in which the nearest pictures are searched')
    .option(
      '--limit <n>',
      'most pictures used (activations, neuron: 100; alike: 1500)',
      positiveInteger,
    )
    .option('-o, --out <file.png>', 'the picture to write; for alike also file.html')
    .option(
      '--film <file.mp4|gif>',
      'instead of a picture: visual-backprop of the whole drive, as a film',
    )
    .option('--width <px>', 'the width of the film', positiveInteger, 640)
    .option(
      '--every <n>',
      'film, activations, neuron: use every nth frame of the drive',
      positiveInteger,
      1,
    )
    .option(
      '--measure <n>',
      'instead of a picture: measure on n frames of a drive with ground truth how far each method can be trusted',
      positiveInteger,
    )
    .option('--json', 'with --measure: print one JSON array')
    .option(
      '--view',
      'instead of a picture: open the drive on a page, with every method for any frame',
    )
    .option('--port <n>', 'port of the page; 0 picks a free one', '5580')
    .addOption(
      new Option(
        '-p, --pipeline <pipeline.yaml>',
        'with --view: the pipeline file whose networks are explained',
      ).default(defaultPipelineFile, 'pipelines/default.yaml of windshield itself'),
    )
    .action(explain);
}

async function explain(
  place: string | undefined,
  flags: ExplainFlags,
  command: Command,
): Promise<void> {
  const drive =
    place === undefined || flags.camera === undefined ? place : `${place}#${flags.camera}`;
  const { stage, out, film, measure: count, view } = flags;
  const [wanted, ...others] = [out, film, count, view].filter((each) => each !== undefined);
  if (wanted === undefined || others.length > 0)
    throw new PerceptionError(
      'ERR_USAGE',
      `expected one of --out, --film, --measure and --view, found ${wanted === undefined ? 'none' : others.length + 1}`,
    );
  if (view) {
    const { explainOnPage } = await import('./explain-view.js');
    return explainOnPage(drive, flags);
  }
  if (stage === undefined)
    throw new PerceptionError('ERR_USAGE', `expected --stage, one of ${tasks.join(', ')}`);
  const bundleDir = flags.bundle ?? `${shippedModelsDir}${stage}`;
  const { method } = flags;
  if (method === 'alike' || isLayerMethod(method)) {
    if (out !== undefined && method === 'alike')
      return explainAlike(drive, bundleDir, { ...flags, stage, out });
    if (out !== undefined && method !== 'alike')
      return explainLayers(drive, bundleDir, { ...flags, stage, method, out });
    throw new PerceptionError(
      'ERR_USAGE',
      `--method ${method}: expected --out, found ${film === undefined ? '--measure' : '--film'}`,
    );
  }
  if (drive === undefined)
    throw new PerceptionError('ERR_USAGE', `--method ${method}: expected a drive, found none`);
  const isDefault = command.getOptionValueSource('method') === 'default';
  if (film !== undefined) {
    if (!isDefault && method !== 'visual-backprop')
      throw new PerceptionError(
        'ERR_USAGE',
        `--film: expected --method visual-backprop, found ${method}`,
      );
    const { explainAsFilm } = await import('./explain-film.js');
    return explainAsFilm(drive, bundleDir, { ...flags, stage, film });
  }
  if (count !== undefined) {
    const { measureMethods } = await import('./explain-measure.js');
    const { json } = flags;
    return measureMethods(drive, bundleDir, {
      ...{ stage, count },
      ...(!isDefault && { method }),
      ...(json && { json }),
    });
  }
  await explainFrame(drive, bundleDir, { ...flags, stage, method }, out!);
}

async function explainFrame(
  drive: string,
  bundleDir: string,
  flags: ExplainFlags & { stage: Task; method: ExplainMethod },
  out: string,
): Promise<void> {
  const { stage, method } = flags;
  guardOutputs(
    [{ option: '--out', path: out, kind: 'png' }],
    [
      { role: 'the drive', path: drive },
      { role: 'the bundle', path: bundleDir },
    ],
  );
  const [{ cameraOf }, { scaleCamera }, { readBundleFolder }, { encodePng }] = await Promise.all([
    import('../src/capture/camera-of.js'),
    import('../src/calibration/camera-model.js'),
    import('../src/inference/read-bundle-folder.js'),
    import('../src/codec/image-codec.js'),
  ]);
  const { explainPicture } = await import('../tools/explain/explain-picture.js');
  const { frameAt } = await import('../tools/explain/frame-at.js');
  const { surestCrop } = await import('../tools/explain/surest-crop.js');
  if (flags.layer !== undefined && method !== 'grad-cam')
    throw new PerceptionError(
      'ERR_USAGE',
      `expected --layer with --method grad-cam, activations or neuron, found ${method}`,
    );
  const { bundle, twinNote } =
    method === 'occlusion'
      ? { bundle: await readStage(stage, bundleDir) }
      : await openExplained(stage, bundleDir);
  const picture = await frameAt(drive, flags.at);
  const calibrated = await cameraOf(flags.calibration, drive);
  const camera = calibrated && scaleCamera(calibrated, picture.widthPx, picture.heightPx);
  const terminal = new Terminal();
  const input =
    stageTable[stage].reads === undefined
      ? undefined
      : await surestCrop(
          bundle,
          await readBundleFolder(`${shippedModelsDir}detection`),
          picture,
          camera,
        );
  const onProgress = countsProgress(terminal, 'places covered');
  const { answer, drawn } = await explainPicture({
    bundle,
    camera,
    picture,
    method,
    ...(input && { input }),
    ...(flags.layer !== undefined && { layer: flags.layer }),
    ...(flags.point && { pointPx: flags.point }),
    onProgress,
  });
  writeWhole(out, await encodePng(drawn));
  terminal.print(`${out}: ${stage} at ${picture.timeS.toFixed(2)} s ${answer} (${method})`);
  if (twinNote !== undefined) terminal.print(twinNote);
}

function point(text: string): [number, number] {
  const [x, y, ...rest] = text.split(',').map(Number);
  if (rest.length === 0 && Number.isFinite(x) && Number.isFinite(y)) return [x!, y!];
  throw new InvalidArgumentError('expected x,y in pixels.');
}

const channel = numberOf({ least: 0, isWhole: true });

function isLayerMethod(method: string): method is LayerMethod {
  return (layerMethods as readonly string[]).includes(method);
}
