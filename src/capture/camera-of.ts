import { parseCameraInfoYaml } from '../calibration/camera-info.js';
import type { CameraModel } from '../calibration/camera-model.js';
import { checkCameraCalibration } from '../calibration/check-camera-calibration.js';
import { readInputText } from '../files/read-input.js';
import { choosePictures } from '../recording/picture-stream.js';
import { calibrationOf } from '../recording/recorded-calibration.js';
import { RecordingReader } from '../recording/recording-reader.js';

export interface CameraOfOptions {
  /** Topic of the pictures in a recording that holds several cameras. */
  topic?: string | undefined;
  /** Called with what was chosen if there was a choice, and with a camera that was never calibrated. */
  note?: ((text: string) => void) | undefined;
}

/** Opens the source as a recording; undefined if it is not one. Capture reports what is wrong with a source. */
export function openIfRecording(source: string): Promise<RecordingReader | undefined> {
  return RecordingReader.open(source).catch(() => undefined);
}

/**
 * Resolves with the camera model that a pipeline file's `calibration` names: that of a camera_info YAML file, the
 * recording's for the camera whose pictures are played, or none. Rejects with ERR_CALIBRATION.
 */
export async function cameraOf(
  calibration: string,
  source: string,
  options: CameraOfOptions = {},
): Promise<CameraModel | undefined> {
  if (calibration === 'none') return undefined;
  if (calibration === 'recording') return cameraOfRecording(source, options);
  const yamlText = readInputText(calibration, { code: 'ERR_CALIBRATION', what: 'a calibration' });
  return parseCameraInfoYaml(yamlText, calibration);
}

async function cameraOfRecording(
  path: string,
  { topic, note }: CameraOfOptions,
): Promise<CameraModel | undefined> {
  const reader = await openIfRecording(path);
  if (reader === undefined) return undefined;
  try {
    // A recording without pictures is refused where they are read.
    const chosen = await choosePictures(reader, topic).catch(() => undefined);
    if (chosen === undefined) return undefined;
    const found = await calibrationOf(reader, chosen.stream);
    if (found.note !== undefined) note?.(found.note);
    const { calibration } = found;
    return calibration && checkCameraCalibration(calibration, `${path}, topic ${found.topic}`);
  } finally {
    await reader.close();
  }
}
