import { basename, extname } from 'node:path';
import { Command, Option } from 'commander';
import { formatCameraInfoYaml } from '../src/calibration/camera-info.js';
import { type GuardedOutput, guardOutputs } from '../src/files/output-guard.js';
import { writeWhole } from '../src/files/write-whole.js';
import { PerceptionError } from '../src/frame/perception-error.js';
import { defaultPagePort } from '../src/outputs/page/default-port.js';
import { measuredJson } from '../src/text/measured-json.js';
import type { CameraCalibrationResult } from '../tools/calibrate/calibrate-camera.js';
import type { LensKind } from '../tools/calibrate/solve/projection.js';
import { addBoardFlags, type BoardFlags, boardOf } from './board-flags.js';
import type { LiveResult } from './calibrate-live.js';
import { numberFlag, seconds } from './option-parsers.js';
import { Terminal } from './terminal.js';

interface CalibrateFlags extends BoardFlags {
  engine: 'embedded' | 'native';
  model: LensKind | 'auto';
  every: number;
  out?: string;
  html?: string;
  json?: true;
  view?: true;
  port: string;
}

/** `windshield calibrate <pictures...>`: computes a camera model from pictures of a board. */
export function calibrateCommand(): Command {
  return addBoardFlags(
    new Command('calibrate')
      .summary('calibrate a camera from pictures of a board')
      .description(
        'Finds a board of known size in pictures, solves for the camera and its lens, and writes a ROS\n' +
          'camera_info file for `calibration:` of a pipeline file. Pictures are files and folders; a video, a\n' +
          'recording or a camera gives one every --every seconds. The lens model is chosen by its error on\n' +
          'held-out pictures; outliers are excluded and named. With --view a page shows what the camera\n' +
          'sees and what is still missing; it takes pictures automatically until the calibration is good\n' +
          'enough. docs/calibration.md is the guide.',
      )
      .argument('<pictures...>', 'pictures, folders of pictures, or one other source'),
  )
    .addOption(
      new Option('--model <model>', 'the lens model')
        .choices(['auto', 'plumb_bob', 'equidistant', 'rational_polynomial'])
        .default('auto'),
    )
    .addOption(
      new Option(
        '--engine <engine>',
        'what finds corners and solves: embedded needs nothing else, native uses OpenCV (build it with `npm run setup:opencv`)',
      )
        .choices(['embedded', 'native'])
        .default('embedded'),
    )
    .option('--every <seconds>', 'time between frames of a video, recording or camera', seconds, 1)
    .option('--view', 'calibrate live on a page, from one camera or other source')
    .option('--port <n>', 'port of the page; 0 picks a free one', String(defaultPagePort))
    .option('-o, --out <camera.yaml>', 'write the camera_info file')
    .option(
      '--html <report.html>',
      'also write a page: corners, residuals, coverage, before and after',
    )
    .option(
      '--json',
      'print one JSON object {rmsPx, fx, fy, cx, cy, distortion, used, skipped, ...}',
    )
    .action(async (places: string[], flags: CalibrateFlags) => {
      await calibrate(places, flags);
    });
}

async function calibrate(places: string[], flags: CalibrateFlags): Promise<void> {
  const board = await boardOf(flags);
  guard(places, flags);
  const { openEmbeddedEngine } = await import('../tools/calibrate/engine/embedded-engine.js');
  const { findBoards } = await import('../tools/calibrate/find-boards.js');
  const { readCalibrationPictures, readPictureAgain } = await import(
    '../tools/calibrate/read-pictures.js'
  );
  const { calibrateCamera } = await import('../tools/calibrate/calibrate-camera.js');
  const { calibrationJson } = await import('../tools/calibrate/calibration-json.js');
  const { formatCalibration } = await import('../tools/calibrate/format-calibration.js');
  const terminal = new Terminal();
  const embedded = await openEmbeddedEngine();
  const engine =
    flags.engine === 'native'
      ? (await import('../tools/calibrate/engine/native-engine.js')).openNativeEngine(embedded)
      : embedded;
  const kind = flags.model === 'auto' ? undefined : flags.model;
  const write = async (
    result: CameraCalibrationResult,
    pictureNamed: LiveResult['pictureNamed'],
  ): Promise<string[]> => {
    if (flags.out !== undefined) writeWhole(flags.out, cameraInfo(flags.out, result));
    if (flags.html !== undefined) await writeReport(flags.html, result, pictureNamed);
    const text = formatCalibration(result);
    terminal.print(flags.json ? measuredJson(calibrationJson(result)) : text);
    const paths = [flags.out, flags.html].filter((path) => path !== undefined);
    for (const path of paths) terminal.note(`wrote ${path}`);
    return [...text.split('\n'), ...paths.map((path) => `wrote ${path}`)];
  };
  if (flags.view) {
    const { calibrateLive } = await import('./calibrate-live.js');
    const [source, ...others] = places;
    if (others.length > 0)
      throw new PerceptionError(
        'ERR_USAGE',
        `expected one source with --view, found ${places.length}`,
      );
    const port = numberFlag('--port', flags.port, 0, 65535, true);
    return calibrateLive({ source: source!, board, engine, kind, port }, terminal, (live) =>
      write(live.result, live.pictureNamed),
    );
  }
  const pictures = readCalibrationPictures(places, flags.every);
  const found = await findBoards(pictures, board, engine, (name, problem) =>
    terminal.note(`${name}: ${problem ?? 'board found'}`),
  );
  const solved = calibrateCamera(board, found.size, found.pictures, engine, kind);
  await write({ ...solved, skipped: [...found.skipped, ...solved.skipped] }, (name) =>
    readPictureAgain(places, flags.every, name),
  );
}

function guard(places: readonly string[], { out, html }: CalibrateFlags): void {
  const outputs: GuardedOutput[] = [];
  if (out !== undefined) outputs.push({ option: '--out', path: out, kind: 'calibration' });
  if (html !== undefined) outputs.push({ option: '--html', path: html, kind: 'html' });
  guardOutputs(
    outputs,
    places.map((path) => ({ role: 'the pictures', path })),
  );
}

function cameraInfo(path: string, { model, rmsPx, used }: CameraCalibrationResult): string {
  const name = basename(path, extname(path)).replaceAll(/[^A-Za-z0-9_]+/g, '_') || 'camera';
  return `${formatCameraInfoYaml(model, name)}# windshield calibrate: ${used.length} pictures, rms ${rmsPx.toFixed(3)} px.\n`;
}

async function writeReport(
  path: string,
  result: CameraCalibrationResult,
  pictureNamed: LiveResult['pictureNamed'],
): Promise<void> {
  const { calibrationPage } = await import('../tools/calibrate/page/calibration-page.js');
  const { reportPhotos } = await import('../tools/calibrate/page/report-photos.js');
  writeWhole(path, calibrationPage(result, await reportPhotos(result, pictureNamed)));
}
