import { fileURLToPath } from 'node:url';
import { Command, InvalidArgumentError, Option } from 'commander';
import type { Bundle } from '../src/bundle/bundle.js';
import { croppedClasses } from '../src/bundle/crop-spec.js';
import { type Task, tasks } from '../src/bundle/manifest.js';
import { readsCrops } from '../src/bundle/output-spec.js';
import { guardOutputs } from '../src/files/output-guard.js';
import { writeWhole } from '../src/files/write-whole.js';
import { PerceptionError } from '../src/frame/perception-error.js';
import type { StageResult } from '../src/stages/stage-result.js';
import { Terminal } from './terminal.js';

const modelsDir = fileURLToPath(new URL('../../models/', import.meta.url));
const methods = ['visual-backprop', 'occlusion'] as const;

interface ExplainFlags {
  stage: Task;
  at: number;
  method: (typeof methods)[number];
  bundle?: string;
  calibration: string;
  point?: [number, number];
  out: string;
}

/** `windshield explain <drive>`: what of a frame an answer is based on. */
export function explainCommand(): Command {
  return new Command('explain')
    .summary('paint over a frame what an answer is based on')
    .description(
      'Asks one network about one frame of a drive, finds what of the frame its answer is based on, and paints that\n' +
        'over the frame, as a PNG. docs/explaining.md says how far to trust each method.',
    )
    .argument('<drive>', 'a recording, a video or a folder of pictures')
    .addOption(new Option('--stage <task>', 'whose answer').choices(tasks).makeOptionMandatory())
    .option('--at <seconds>', 'time from the start of the drive', seconds, 0)
    .addOption(
      new Option('--method <name>', 'how: any network, or fast for convolutions in one row')
        .choices(methods)
        .default('occlusion'),
    )
    .option('--bundle <folder>', 'its bundle (default: models/<task>)')
    .option('--calibration <file>', 'as in a pipeline file', 'recording')
    .option('--point <x,y>', 'segmentation: the pixel whose class is asked about', point)
    .requiredOption('--out <file.png>', 'where the picture goes')
    .action(explain);
}

async function explain(drive: string, flags: ExplainFlags): Promise<void> {
  const { stage, out, method } = flags;
  const bundleDir = flags.bundle ?? `${modelsDir}${stage}`;
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
  const bundle = await readBundleFolder(bundleDir);
  if (bundle.manifest.task !== stage)
    throw new PerceptionError(
      'ERR_USAGE',
      `--bundle: expected a bundle for ${stage}, found one for ${bundle.manifest.task}`,
    );
  const picture = await frameAt(drive, flags.at);
  const calibrated = await cameraOf(flags.calibration, drive);
  const camera = calibrated && scaleCamera(calibrated, picture.widthPx, picture.heightPx);
  const terminal = new Terminal();
  const input = stage === 'signs' ? await surestSign(bundle, { picture, camera }) : undefined;
  const onProgress = (done: number, total: number) => {
    if (terminal.isInteractive) terminal.showLive(`covered ${done} of ${total} places`);
  };
  const { answer, drawn } = await explainPicture({
    bundle,
    camera,
    picture,
    method,
    ...(input && { input }),
    ...(flags.point && { pointPx: flags.point }),
    onProgress,
  });
  writeWhole(out, await encodePng(drawn));
  terminal.print(`${out}: ${stage} at ${picture.timeS.toFixed(2)} s ${answer} (${method})`);
}

/** The sign that the shipped detector is surest of, as the only box that the sign stage reads. */
async function surestSign(
  { manifest }: Bundle,
  {
    picture,
    camera,
  }: {
    picture: Awaited<ReturnType<typeof import('../tools/explain/frame-at.js').frameAt>>;
    camera: import('../src/calibration/camera-model.js').CameraModel | undefined;
  },
): Promise<StageResult> {
  const { readBundleFolder } = await import('../src/inference/read-bundle-folder.js');
  const { BundleRunner } = await import('../tools/evaluate/bundle-runner.js');
  const { classesOf } = await import('../src/stages/classes-of.js');
  const detector = await readBundleFolder(`${modelsDir}detection`);
  const runner = await BundleRunner.open(detector, camera);
  try {
    const result = await runner.run(picture);
    const wanted = readsCrops(manifest.decode) ? croppedClasses(manifest.decode) : [];
    const classIds = wanted.map((name) => classesOf(detector.manifest).indexOf(name));
    const signs = result.stage === 'detection' ? result.detections : [];
    const [best] = signs
      .filter((one) => classIds.includes(one.classId))
      .sort((a, b) => b.score - a.score);
    if (best === undefined)
      throw new PerceptionError(
        'ERR_USAGE',
        `expected a ${wanted.join(' or ')} in the frame at ${picture.timeS.toFixed(2)} s, found none`,
      );
    return { stage: 'detection', detections: [{ ...best, classId: 0 }] };
  } finally {
    await runner.dispose();
  }
}

function seconds(text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value >= 0) return value;
  throw new InvalidArgumentError('expected seconds, 0 or more.');
}

function point(text: string): [number, number] {
  const [x, y, ...rest] = text.split(',').map(Number);
  if (rest.length === 0 && Number.isFinite(x) && Number.isFinite(y)) return [x!, y!];
  throw new InvalidArgumentError('expected x,y in pixels.');
}
