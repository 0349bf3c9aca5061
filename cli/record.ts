import { resolve } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { withoutCredentials } from '../src/capture/credentials.js';
import { guardOutputs } from '../src/files/output-guard.js';
import type { RecordedPictures } from '../src/outputs/output-settings.js';
import { filesInWords } from '../src/outputs/recording/files-in-words.js';
import { measuredJson } from '../src/text/measured-json.js';
import { onKeepKey } from './keep-key.js';
import { durationText, showsProgress } from './progress-line.js';
import {
  keepOption,
  parseTime,
  picturesOption,
  type RecordingSplit,
  splitOption,
} from './recording-options.js';
import { onStopSignals } from './stop-signals.js';
import { Terminal } from './terminal.js';

interface RecordFlags {
  out: string;
  calibration: string;
  quality: number;
  seconds?: number;
  pictures?: RecordedPictures;
  split?: RecordingSplit;
  keep?: number;
  frameRate?: number;
  size?: { widthPx: number; heightPx: number };
  json?: true;
}

/** `windshield record <source> --out <drive.mcap>`: records pictures only, without networks. */
export function recordCommand(): Command {
  return new Command('record')
    .summary('record the pictures of a camera or any other source, without networks')
    .description(
      'Writes the frames of a camera (or a stream, a video, a folder) into an MCAP recording, as JPEG or H.264, with\n' +
        'the calibration, until Ctrl-C. Whatever ends it, all but the last two seconds can be read; `recover` makes a\n' +
        'clean file of it. Pictures that are files already are better taken by `import`, which copies their bytes.',
    )
    .argument('<source>', 'camera:<device>, gstreamer:<pipeline>, a video, a folder of pictures')
    .requiredOption('-o, --out <drive.mcap>', 'the recording to write')
    .option('--calibration <file>', 'a camera_info YAML file, or none', 'none')
    .addOption(picturesOption())
    .option('--quality <1..100>', 'quality of encoded pictures', quality, 90)
    .option('--seconds <time>', 'end after this time (30s, 10m)', parseTime)
    .option(
      '--frame-rate <Hz>',
      'requested from a camera; for a folder of pictures, frames per second; for a video, replaces its own times',
      frameRate,
    )
    .option('--size <WxH>', 'requested from a camera, pixels; frames are never scaled', size)
    .addOption(splitOption())
    .addOption(keepOption())
    .option('--json', 'print one JSON object at the end')
    .action(record);
}

async function record(source: string, flags: RecordFlags): Promise<void> {
  const { out, calibration, split, keep, json } = flags;
  const path = resolve(out);
  guardOutputs(
    [{ option: '--out', path, kind: 'recording' }],
    [
      { role: 'the source', path: source },
      { role: 'the calibration', path: calibration },
    ],
  );
  const [{ recordSource }, { cameraOf }, { checkNoResultsAt }] = await Promise.all([
    import('../src/outputs/recording/record-source.js'),
    import('../src/capture/camera-of.js'),
    import('../src/recording/recording-kind.js'),
  ]);
  await checkNoResultsAt(path);
  const terminal = new Terminal();
  const stop = new AbortController();
  const forget = onStopSignals(() => stop.abort());
  let forgetKey = (): void => {};
  const show = showsProgress(terminal);
  const startMs = performance.now();
  try {
    const summary = await recordSource({
      source,
      sourceOptions: {
        ...(flags.frameRate !== undefined && { rateHz: flags.frameRate }),
        ...flags.size,
      },
      record: { path, quality: flags.quality, pictures: flags.pictures, split, keepSeconds: keep },
      camera: await cameraOf(calibration, source),
      seconds: flags.seconds,
      signal: stop.signal,
      note: (text) => terminal.note(text),
      onFrame: (frames) => {
        const details = [durationText((performance.now() - startMs) / 1000)];
        show({ done: frames, total: undefined, unit: 'frames', details });
      },
      ...(keep !== undefined && {
        onKeep: (keepNow: () => void) => {
          forgetKey = onKeepKey(terminal, keepNow, () => stop.abort());
        },
      }),
    });
    const { files, frames, dropped, widthPx, heightPx, seconds } = summary;
    const drops = Object.entries(dropped).map(([reason, count]) => `${count} ${reason}`);
    const left = keep === undefined ? '' : `the last ${keep} s, and what was kept, of `;
    const lost = drops.length === 0 ? '' : `; not in it: ${drops.join(', ')}`;
    terminal.print(
      json
        ? measuredJson({ source: withoutCredentials(source), out, ...summary })
        : `${filesInWords(files)}: ${left}${frames} frames of ${widthPx}x${heightPx}, ${seconds.toFixed(1)} s${lost}`,
    );
  } finally {
    forgetKey();
    terminal.clearLive();
    forget();
  }
}

function quality(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= 100) return value;
  throw new InvalidArgumentError('expected 1 to 100.');
}

function frameRate(text: string): number {
  const value = Number(text);
  if (value >= 0.01 && value <= 1000) return value;
  throw new InvalidArgumentError('expected 0.01 to 1000 frames a second.');
}

function size(text: string): { widthPx: number; heightPx: number } {
  const match = /^([1-9]\d{0,3})x([1-9]\d{0,3})$/.exec(text);
  if (match === null) throw new InvalidArgumentError('expected a size such as 1280x720.');
  return { widthPx: Number(match[1]), heightPx: Number(match[2]) };
}
