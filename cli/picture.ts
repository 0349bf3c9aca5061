import { fromBinary } from '@bufbuild/protobuf';
import { Command } from 'commander';
import type { InputSpec } from '../src/bundle/input-spec.js';
import { cameraOf } from '../src/capture/camera-of.js';
import { type DecodedImage, decodeImage, overlaySvgPng } from '../src/codec/image-codec.js';
import { guardOutputs } from '../src/files/output-guard.js';
import { writeWhole } from '../src/files/write-whole.js';
import { PerceptionError } from '../src/frame/perception-error.js';
import { readBundleFolder } from '../src/inference/read-bundle-folder.js';
import { CompressedImageSchema } from '../src/messages/gen/foxglove/compressed_image_pb.js';
import {
  type PerceptionFrame,
  PerceptionFrameSchema,
} from '../src/messages/gen/windshield/v1/perception_pb.js';
import { RecordingReader } from '../src/recording/recording-reader.js';
import { overlaySvg } from '../src/viewer/overlay-svg.js';
import { shippedModelsDir } from './default-pipelines.js';
import { seconds } from './option-parsers.js';
import { Terminal } from './terminal.js';

const segmentationDir = `${shippedModelsDir}segmentation`;

interface PictureFlags {
  drive: string;
  at: number;
  out: string;
  segmentation?: string;
}

/** `windshield picture <results>`: one frame with all that was seen in it. */
export function pictureCommand(): Command {
  return new Command('picture')
    .summary('draw what was seen onto one frame of a drive')
    .description(
      'Draws the results of one frame onto its picture: class map, boxes, signs and steering, as a PNG.\n' +
        'The results come from `windshield replay --out`, the picture from the drive that was replayed.',
    )
    .argument('<results>', 'a recording of results')
    .requiredOption('--drive <recording>', 'the recording that was replayed')
    .option('--at <seconds>', 'time from the start of the results', seconds, 0)
    .option(
      '--segmentation <folder>',
      'the bundle that made the class map, where the results do not say',
    )
    .requiredOption('--out <file.png>', 'where the picture goes')
    .action(async (results: string, flags: PictureFlags) => {
      await drawPicture(results, flags);
    });
}

async function drawPicture(results: string, flags: PictureFlags): Promise<void> {
  guardOutputs(
    [{ option: '--out', path: flags.out, kind: 'png' }],
    [
      { role: 'the results', path: results },
      { role: 'the drive', path: flags.drive },
      { role: 'the bundle', path: flags.segmentation ?? segmentationDir },
    ],
  );
  const frame = await findFrame(results, flags.at);
  const image = await findPicture(flags.drive, frame.stampNs);
  const camera = await cameraOf('recording', flags.drive);
  const { ResultDrawing } = await import('../tools/drive-export/result-drawing.js');
  new ResultDrawing(await mapSpec(results, flags.segmentation), camera).colour(image, frame);
  writeWhole(flags.out, await overlaySvgPng(image, overlaySvg(frame)));
  new Terminal().print(`${flags.out}: frame ${frame.frameId} of ${flags.drive}`);
}

async function findFrame(path: string, atS: number): Promise<PerceptionFrame> {
  const reader = await RecordingReader.open(path);
  try {
    const startNs = reader.startNs + BigInt(Math.round(atS * 1e9));
    for await (const { data } of reader.messages({ topics: ['perception'], startNs })) {
      return fromBinary(PerceptionFrameSchema, data);
    }
  } finally {
    await reader.close();
  }
  throw new PerceptionError(
    'ERR_RECORDING',
    `${path}: expected results ${atS} s after its start, found none`,
  );
}

async function findPicture(path: string, stampNs: bigint): Promise<DecodedImage> {
  const reader = await RecordingReader.open(path);
  try {
    const range = { topics: ['camera/image'], startNs: stampNs, endNs: stampNs };
    for await (const { data } of reader.messages(range)) {
      return await decodeImage(fromBinary(CompressedImageSchema, data).data);
    }
  } finally {
    await reader.close();
  }
  throw new PerceptionError(
    'ERR_RECORDING',
    `${path}: expected a picture of ${stampNs} ns, found none`,
  );
}

/** What the segmentation network saw of the frame: by the results' own word, else by a bundle. */
async function mapSpec(results: string, bundle: string | undefined): Promise<InputSpec> {
  if (bundle === undefined) {
    const { recordedMapSpec } = await import('../tools/drive-export/result-drawing.js');
    const reader = await RecordingReader.open(results);
    await reader.close();
    const recorded = recordedMapSpec(reader);
    if (recorded !== undefined) return recorded;
  }
  return (await readBundleFolder(bundle ?? segmentationDir)).manifest.input.spec;
}
