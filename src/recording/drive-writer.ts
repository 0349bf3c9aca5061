import { create } from '@bufbuild/protobuf';
import { jpegLength, readJpegHeader } from '../codec/jpeg-header.js';
import { PerceptionError } from '../frame/perception-error.js';
import { CameraCalibrationSchema } from '../messages/gen/foxglove/camera_calibration_pb.js';
import { CompressedImageSchema } from '../messages/gen/foxglove/compressed_image_pb.js';
import type { GroundTruth } from '../messages/gen/windshield/v1/perception_pb.js';
import { timestampFromNs } from '../messages/timestamp.js';
import { RecordingWriter } from './recording-writer.js';

/** Name of the camera's coordinate frame in recordings. */
const cameraFrameId = 'camera';

/** A camera's intrinsics in the form of ROS and Foxglove; matrices row-major, in pixels of the drive's frames. */
export interface DriveCalibration {
  distortionModel: 'plumb_bob' | 'rational_polynomial' | 'kannala_brandt';
  /** Distortion coefficients in the order of the model. */
  d: readonly number[];
  /** 3x3 intrinsic matrix of the distorted picture. */
  k: readonly number[];
  /** 3x3 rectification; identity by default. */
  r?: readonly number[];
  /** 3x4 projection of the rectified picture; by default K with a zero column. */
  p?: readonly number[];
}

export interface DriveOptions {
  /** Every frame has this size, pixels. */
  widthPx: number;
  heightPx: number;
  /** Written once, at the stamp of the first frame. */
  calibration?: DriveCalibration;
  /** Further metadata records by name, such as how the camera is mounted on the vehicle. */
  metadata?: Readonly<Record<string, Record<string, string>>>;
  /** JPEG quality 1..100 of the frames, if they were encoded for this drive. */
  jpegQuality?: number;
  /** Where the frames come from, for people. */
  sourceName: string;
  /** What made the recording, such as "windshield simulate". */
  madeBy?: string;
  /** Seed of a rendered drive. */
  seed?: number;
  /** Declared frames per second. */
  rateHz?: number;
  /** Number of frames to come, if known: readers of a truncated copy use it to count what is missing. */
  frameCount?: number;
}

/** Writes the frames of one drive and their ground truth. */
export interface DriveWriter {
  readonly path: string;
  /**
   * Appends a frame: a JPEG of the drive's size; `stampNs` in nanoseconds since the Unix epoch, later than the
   * previous frame's. Its id is the number of frames written before it. The bytes are copied at once.
   * Rejects with ERR_FRAME_SIZE (another size), ERR_SOURCE_FORMAT (not a JPEG, or cut off), ERR_RECORDING (time
   * does not advance) or ERR_OUTPUT (disk).
   */
  writeFrame(frame: { stampNs: bigint; jpeg: Uint8Array }): Promise<void>;
  /** Appends the ground truth of the frame with the same stamp; call it right after that frame. */
  writeGroundTruth(truth: GroundTruth): Promise<void>;
  /** Finishes the recording and gives it its name. */
  close(): Promise<void>;
  /** Discards the recording and leaves nothing behind. */
  abort(): Promise<void>;
}

/** Name of the metadata record about the origin of a drive. */
export const driveMetadataName = 'windshield.drive';

/**
 * Starts a drive at `<path>.partial`, renamed to `path` on close: topics `camera/image`, `camera/calibration`
 * and `ground_truth`, and a metadata record `windshield.drive`. Rejects with ERR_OUTPUT or ERR_CALIBRATION.
 */
export async function createDriveWriter(path: string, options: DriveOptions): Promise<DriveWriter> {
  const calibration = options.calibration && checkedCalibration(options.calibration);
  // Chunks end only by their size: the same frames give the same bytes, however long each of them took to make.
  const writer = await RecordingWriter.create(path, { chunkMs: Number.POSITIVE_INFINITY });
  try {
    await writer.addMetadata(driveMetadataName, describeDrive(options));
    for (const [name, entries] of Object.entries(options.metadata ?? {}))
      await writer.addMetadata(name, entries);
  } catch (error) {
    await writer.abort();
    throw error;
  }
  let frameCount = 0;
  let lastStampNs: bigint | undefined;

  return {
    path,
    async writeFrame({ stampNs, jpeg }) {
      checkJpeg(jpeg, options, frameCount);
      if (lastStampNs !== undefined && stampNs <= lastStampNs) {
        throw new PerceptionError(
          'ERR_RECORDING',
          `expected a stamp after ${lastStampNs} ns, found ${stampNs} ns at frame ${frameCount} of ${path}`,
          { frameId: frameCount },
        );
      }
      const isFirst = frameCount === 0;
      lastStampNs = stampNs;
      frameCount++;
      const timestamp = timestampFromNs(stampNs);
      if (isFirst && calibration !== undefined) {
        const { distortionModel, d, k, r, p } = calibration;
        const message = create(CameraCalibrationSchema, {
          timestamp,
          frameId: cameraFrameId,
          width: options.widthPx,
          height: options.heightPx,
          distortionModel,
          D: [...d],
          K: [...k],
          R: [...r],
          P: [...p],
        });
        void writer.write('camera/calibration', stampNs, message);
      }
      const image = { timestamp, frameId: cameraFrameId, data: jpeg, format: 'jpeg' };
      await writer.write('camera/image', stampNs, create(CompressedImageSchema, image));
    },
    writeGroundTruth: (truth) => writer.write('ground_truth', truth.stampNs, truth),
    close: () => writer.close(),
    abort: () => writer.abort(),
  };
}

function describeDrive(options: DriveOptions): Record<string, string> {
  const { calibration: _, metadata: __, ...facts } = options;
  const described = Object.entries(facts).filter(([, value]) => value !== undefined);
  return Object.fromEntries(described.map(([key, value]) => [key, String(value)]));
}

function checkJpeg(jpeg: Uint8Array, { widthPx, heightPx }: DriveOptions, frameId: number): void {
  const header = readJpegHeader(jpeg);
  if (header === undefined || jpegLength(jpeg) === undefined) {
    const found = header === undefined ? 'something else' : 'one that is cut off';
    throw new PerceptionError(
      'ERR_SOURCE_FORMAT',
      `expected a JPEG at frame ${frameId}, found ${found}`,
      { frameId },
    );
  }
  if (header.widthPx !== widthPx || header.heightPx !== heightPx) {
    throw new PerceptionError(
      'ERR_FRAME_SIZE',
      `expected ${widthPx}x${heightPx} at frame ${frameId}, found ${header.widthPx}x${header.heightPx}`,
      { frameId },
    );
  }
}

function checkedCalibration(calibration: DriveCalibration) {
  const { distortionModel, d, k } = calibration;
  const r = calibration.r ?? [1, 0, 0, 0, 1, 0, 0, 0, 1];
  const p = calibration.p ?? [...k.slice(0, 3), 0, ...k.slice(3, 6), 0, ...k.slice(6, 9), 0];
  for (const [name, matrix, length] of [
    ['K', k, 9],
    ['R', r, 9],
    ['P', p, 12],
  ] as const) {
    if (matrix.length !== length) {
      const found = `found ${matrix.length}`;
      throw new PerceptionError(
        'ERR_CALIBRATION',
        `expected ${length} values in ${name}, ${found}`,
      );
    }
  }
  return { distortionModel, d, k, r, p };
}
