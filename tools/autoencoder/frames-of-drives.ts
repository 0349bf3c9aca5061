import type { CameraModel } from '../../src/calibration/camera-model.js';
import type { RecordingReader } from '../../src/recording/recording-reader.js';
import { picturesOf } from '../similar/code-drive.js';
import type { Autoencoder } from './autoencoder.js';
import { type PictureSet, SmallPictureMaker } from './small-pictures.js';

/** Which frames of a drive are read. */
export interface FrameChoice {
  /** Topic of the pictures; the recording's only one when left out. */
  topic?: string | undefined;
  /** Seconds between frames that are read; 0 for all. */
  everyS: number;
  camera?: CameraModel | undefined;
}

/** Adds frames of a drive to what an autoencoder learns from; frames that cannot be read are passed over. */
export async function addDrive(
  set: PictureSet,
  reader: RecordingReader,
  { topic, everyS, camera }: FrameChoice,
): Promise<void> {
  const maker = new SmallPictureMaker(camera);
  for await (const picture of picturesOf(reader, topic, everyS)) set.add(maker.make(picture));
}

/** Codes of a drive's frames in their order; `code` is the caller's. `timeS`: seconds since its first picture. */
export async function* codesOfDrive(
  autoencoder: Autoencoder,
  reader: RecordingReader,
  { topic, everyS }: Omit<FrameChoice, 'camera'>,
): AsyncGenerator<{ timeS: number; code: Float32Array; error: number }, void, void> {
  for await (const picture of picturesOf(reader, topic, everyS)) {
    const { code, error } = autoencoder.encode(picture);
    yield { timeS: picture.timeS, code: code.slice(), error };
  }
}
