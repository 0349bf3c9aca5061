import { Command, InvalidArgumentError } from 'commander';
import { type CameraModel, scaleCamera } from '../src/calibration/camera-model.js';
import type { MeasuredMount } from '../src/calibration/mount.js';
import { type GuardedOutput, guardOutputs } from '../src/files/output-guard.js';
import { writeWhole } from '../src/files/write-whole.js';
import { PerceptionError } from '../src/frame/perception-error.js';
import { measuredJson } from '../src/text/measured-json.js';
import type { KnownPoint } from '../tools/calibrate/ground/fit-mount.js';
import { Terminal } from './terminal.js';

interface GroundFlags {
  calibration: string;
  point: KnownPoint[];
  lanes?: true;
  height?: number;
  laneWidth?: number;
  roll: number;
  every: number;
  out?: string;
  picture?: string;
  json?: true;
}

/** The measurement, and the text about it. */
interface Measured {
  mount: MeasuredMount;
  by: Readonly<Record<string, string | number>>;
}

/** `windshield ground <source>`: measures a camera's height and tilt above the road. */
export function groundCommand(): Command {
  return new Command('ground')
    .summary('measure how a camera sits above the road: height, pitch, roll, yaw')
    .description(
      'Measures the mount of a calibrated camera from four or more known points of the road in one picture\n' +
        '(one --point each), or from straight lanes in a recording (--lanes, with the measured height or the\n' +
        "lane's width), and writes a file for `mount:` of a pipeline file. docs/calibration.md is the guide.",
    )
    .argument('<source>', 'a picture, a folder, a video, a recording or a camera')
    .option(
      '--calibration <camera.yaml>',
      "a camera_info file; `recording` means the source's own",
      'recording',
    )
    .option(
      '--point <u,v=forward,left>',
      'a point in pixels, and where it is in metres ahead and to the left; give four or more',
      (text: string, before: KnownPoint[]) => [...before, knownPoint(text)],
      [] as KnownPoint[],
    )
    .option('--lanes', 'measure from straight lanes and where they meet')
    .option('--height <m>', 'height of the lens above the road, with --lanes', positive)
    .option(
      '--lane-width <m>',
      'instead of --height: distance between the inner edges of the markings',
      positive,
    )
    .option(
      '--roll <degrees>',
      'with --lanes, which cannot measure it: right side down is positive',
      finite,
      0,
    )
    .option('--every <seconds>', 'time between the frames used', positive, 0.5)
    .option('--out <mount.yaml>', 'write the mount')
    .option('--picture <file.png>', 'draw the horizon, a 10 m grid, and the road from above')
    .option('--json', 'print one JSON object')
    .action(measureGround);
}

async function measureGround(source: string, flags: GroundFlags): Promise<void> {
  const outputs: GuardedOutput[] = [];
  if (flags.out !== undefined) outputs.push({ option: '--out', path: flags.out, kind: 'mount' });
  if (flags.picture !== undefined)
    outputs.push({ option: '--picture', path: flags.picture, kind: 'png' });
  const inputs = [
    { role: 'the source', path: source },
    { role: 'the calibration', path: flags.calibration },
  ];
  guardOutputs(outputs, inputs);
  const isByPoints = flags.point.length > 0;
  if (isByPoints === (flags.lanes === true))
    throw new PerceptionError(
      'ERR_USAGE',
      'expected either --point, four times or more, or --lanes',
    );
  if (!isByPoints && (flags.height === undefined) === (flags.laneWidth === undefined))
    throw new PerceptionError('ERR_USAGE', '--lanes: expected either --height or --lane-width');
  const { cameraOf } = await import('../src/capture/camera-of.js');
  const camera = await cameraOf(flags.calibration, source);
  if (camera === undefined)
    throw new PerceptionError(
      'ERR_CALIBRATION',
      `${source}: expected a calibration (--calibration camera.yaml), found none`,
    );
  const terminal = new Terminal();
  const first = await firstPicture(source);
  const fitting = scaleCamera(camera, first.widthPx, first.heightPx);
  const measured = isByPoints
    ? await byPoints(flags.point, fitting)
    : await byLanes(source, flags, fitting, terminal);
  if (flags.out !== undefined) {
    const { formatMountYaml } = await import('../src/calibration/mount-yaml.js');
    writeWhole(flags.out, formatMountYaml(measured.mount));
  }
  if (flags.picture !== undefined) {
    const { groundPicture } = await import('../tools/calibrate/ground/ground-picture.js');
    const { encodePng } = await import('../src/codec/image-codec.js');
    const drawn = groundPicture(first, fitting, measured.mount);
    writeWhole(flags.picture, await encodePng(drawn));
  }
  terminal.print(
    flags.json ? measuredJson({ ...measured.mount, ...measured.by }) : describe(measured),
  );
  for (const { path } of outputs) terminal.note(`wrote ${path}`);
}

async function byPoints(points: readonly KnownPoint[], camera: CameraModel): Promise<Measured> {
  const { fitMount } = await import('../tools/calibrate/ground/fit-mount.js');
  const { mount, ...by } = fitMount(points, camera);
  return { mount, by: { pointCount: points.length, ...by } };
}

async function byLanes(
  source: string,
  { every, height, laneWidth, roll }: GroundFlags,
  camera: CameraModel,
  terminal: Terminal,
): Promise<Measured> {
  const { readCalibrationPictures } = await import('../tools/calibrate/read-pictures.js');
  const { watchLanes } = await import('../tools/calibrate/ground/watch-lanes.js');
  const { mountFromLanes } = await import('../tools/calibrate/ground/mount-from-lanes.js');
  const pictures = readCalibrationPictures([source], every);
  const points = await watchLanes(pictures, camera, (name, found) =>
    terminal.note(`${name}: ${found === undefined ? 'no lanes that meet' : 'lanes meet'}`),
  );
  const scale = { heightM: height, laneWidthM: laneWidth, rollRad: (roll * Math.PI) / 180 };
  const { mount, ...by } = mountFromLanes(points, scale);
  return { mount, by };
}

async function firstPicture(source: string) {
  const { readCalibrationPictures } = await import('../tools/calibrate/read-pictures.js');
  for await (const picture of readCalibrationPictures([source], 0))
    if (!('problem' in picture)) return picture;
  throw new PerceptionError('ERR_SOURCE_EMPTY', `${source}: expected a picture, found none`);
}

function describe({ mount, by }: Measured): string {
  const degrees = (rad: number) => ((rad * 180) / Math.PI).toFixed(2);
  const angle = (name: string, rad: number, deviation: number, positive: string) =>
    `${name.padEnd(8)}${degrees(rad).padStart(7)}°  ± ${degrees(deviation)}°   positive: ${positive}`;
  const facts = Object.entries(by).map(
    ([name, value]) => `${name} ${Number(Number(value).toFixed(3))}`,
  );
  return [
    `height  ${mount.heightM.toFixed(3).padStart(7)} m ± ${mount.heightDeviationM.toFixed(3)} m`,
    angle('pitch', mount.pitchRad, mount.pitchDeviationRad, 'looks down'),
    angle('roll', mount.rollRad, mount.rollDeviationRad, 'right side down'),
    angle('yaw', mount.yawRad, mount.yawDeviationRad, 'looks left'),
    facts.join(', '),
  ].join('\n');
}

function knownPoint(text: string): KnownPoint {
  const numbers = text
    .split(/[=,]/)
    .map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  if (!/^[^=,]+,[^=,]+=[^=,]+,[^=,]+$/.test(text) || !numbers.every(Number.isFinite))
    throw new InvalidArgumentError('expected u,v=forward,left such as 412,530=8,1.75.');
  const [uPx = 0, vPx = 0, forwardM = 0, leftM = 0] = numbers;
  return { uPx, vPx, forwardM, leftM };
}

function finite(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value))
    throw new InvalidArgumentError('expected a number.');
  return value;
}

function positive(text: string): number {
  const value = finite(text);
  if (!(value > 0)) throw new InvalidArgumentError('expected a number above 0.');
  return value;
}
