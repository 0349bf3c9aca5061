import { fromBinary } from '@bufbuild/protobuf';
import { Command } from 'commander';
import { cameraOf } from '../src/capture/camera-of.js';
import type { DecodedImage } from '../src/codec/image-codec.js';
import { guardOutputs } from '../src/files/output-guard.js';
import { writeWhole } from '../src/files/write-whole.js';
import { PerceptionError } from '../src/frame/perception-error.js';
import { readBundleFolder } from '../src/inference/read-bundle-folder.js';
import {
  type PerceptionFrame,
  PerceptionFrameSchema,
} from '../src/messages/gen/windshield/v1/perception_pb.js';
import { decodePicture, pictureSize } from '../src/recording/picture-message.js';
import { choosePictures, pictureStreams } from '../src/recording/picture-stream.js';
import { picturesIn } from '../src/recording/pictures-in.js';
import { RecordingReader } from '../src/recording/recording-reader.js';
import { resultTopics } from '../src/recording/result-topics.js';
import { shippedModelsDir } from './default-pipelines.js';
import { numberOf, seconds } from './option-parsers.js';
import { driveOfResults } from './rig-sources.js';
import { Terminal } from './terminal.js';

interface PictureFlags {
  drive?: string;
  at?: number;
  frame?: number;
  topic?: string;
  out: string;
  segmentation?: string;
}

/** `windshield picture <results>`: draws one frame with its results. */
export function pictureCommand(): Command {
  return new Command('picture')
    .summary('draw the results of one frame onto its picture')
    .description(
      'Draws the results of one frame onto its picture: class map, boxes, signs, lights and steering, with a\n' +
        'legend below, as a PNG. The results come from `windshield replay --out`. The picture comes from them too if they\n' +
        'were recorded with --images, otherwise from the drive that was replayed.',
    )
    .argument('<results>', 'a recording of results')
    .option(
      '--drive <recording>',
      'the recording that was replayed, if the results carry no pictures',
    )
    .option('--frame <n>', 'the frame with this number', numberOf({ least: 0, isWhole: true }))
    .option(
      '--at <seconds>',
      'the first frame at or after this time from the start of the results',
      seconds,
    )
    .option('--topic <name>', 'which pictures to use of a drive with several cameras')
    .option(
      '--segmentation <folder>',
      'the bundle that made the class map (default: the one named in the results, else models/segmentation)',
    )
    .requiredOption('-o, --out <file.png>', 'the picture to write')
    .action(async (results: string, flags: PictureFlags) => {
      await drawPicture(results, flags);
    });
}

async function drawPicture(results: string, flags: PictureFlags): Promise<void> {
  const { drive, out, segmentation } = flags;
  if (flags.at !== undefined && flags.frame !== undefined)
    throw new PerceptionError('ERR_USAGE', 'expected --frame or --at, found both');
  guardOutputs(
    [{ option: '--out', path: out, kind: 'png' }],
    [
      { role: 'the results', path: results },
      ...(drive === undefined ? [] : [{ role: 'the drive', path: drive }]),
      ...(segmentation === undefined ? [] : [{ role: 'the bundle', path: segmentation }]),
    ],
  );
  const frame = await findFrame(results, flags);
  const pictures = (await driveOfResults(drive, results)) ?? results;
  const image = await findPicture(pictures, frame.stampNs, flags);
  const camera = await cameraOf('recording', pictures, { topic: flags.topic });
  const meaning = frame.segmentation && (await meaningOf(results, segmentation));
  const { ResultDrawing } = await import('../tools/drive-export/result-drawing.js');
  writeWhole(out, await new ResultDrawing(meaning, camera).drawWithLegend(image, frame));
  new Terminal().print(`${out}: frame ${frame.frameId} of ${pictures}`);
}

async function findFrame(
  path: string,
  { at = 0, frame: wanted }: PictureFlags,
): Promise<PerceptionFrame> {
  const reader = await RecordingReader.open(path);
  const numbers: number[] = [];
  try {
    const startNs = reader.startNs + BigInt(Math.round(at * 1e9));
    for await (const { data } of reader.messages({ topics: resultTopics(reader), startNs })) {
      const frame = fromBinary(PerceptionFrameSchema, data);
      numbers.push(Number(frame.frameId));
      if (wanted === undefined || Number(frame.frameId) === wanted) return frame;
    }
  } finally {
    await reader.close();
  }
  const expected = wanted === undefined ? `results ${at} s after its start` : `frame ${wanted}`;
  const found =
    numbers.length === 0
      ? 'none'
      : `${numbers.length} frames from ${numbers[0]} to ${numbers.at(-1)}`;
  throw new PerceptionError('ERR_RECORDING', `${path}: expected ${expected}, found ${found}`);
}

/** The picture taken at this time, from the drive or from results that contain pictures. */
async function findPicture(
  path: string,
  stampNs: bigint,
  { drive, topic }: PictureFlags,
): Promise<DecodedImage> {
  const reader = await RecordingReader.open(path);
  try {
    if (drive === undefined && pictureStreams(reader.channels).length === 0)
      throw new PerceptionError(
        'ERR_USAGE',
        `expected --drive, the recording that was replayed: ${path} carries no pictures`,
      );
    const { stream, note } = await choosePictures(reader, topic);
    if (note !== undefined) new Terminal().note(note);
    for await (const inTurn of picturesIn(reader, stream, { startNs: stampNs, endNs: stampNs })) {
      const picture = inTurn.read();
      return await decodePicture(picture, await pictureSize(picture));
    }
  } finally {
    await reader.close();
  }
  throw new PerceptionError(
    'ERR_RECORDING',
    `${path}: expected a picture of ${stampNs} ns, found none`,
  );
}

/** The meaning of the class map: from the named bundle, else as recorded in the results, else from the shipped bundle. */
async function meaningOf(results: string, folder: string | undefined) {
  const { bundleMapMeaning, recordedMapMeaning } = await import(
    '../tools/drive-export/result-drawing.js'
  );
  if (folder === undefined) {
    const reader = await RecordingReader.open(results);
    await reader.close();
    const recorded = recordedMapMeaning(reader);
    if (recorded !== undefined) return recorded;
  }
  const { manifest } = await readBundleFolder(folder ?? `${shippedModelsDir}segmentation`);
  return bundleMapMeaning(manifest);
}
