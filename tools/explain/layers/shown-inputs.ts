import type { Bundle } from '../../../src/bundle/bundle.js';
import { scaleCamera } from '../../../src/calibration/camera-model.js';
import { cameraOf } from '../../../src/capture/camera-of.js';
import { openSource } from '../../../src/capture/open-source.js';
import { wantedClasses } from '../../../src/explanation/surest-crop.js';
import { frameBytes } from '../../../src/frame/frame.js';
import { nextFrame } from '../../../src/frame/frame-source.js';
import { hasErrorCode, PerceptionError } from '../../../src/frame/perception-error.js';
import { spreadEvenly } from '../../datasets/evenly.js';
import type { Dataset, RgbImage, SampleBase } from '../../datasets/sample.js';
import { signIn } from '../../quantize/network-inputs.js';
import { networkInput } from '../network-input.js';
import { surestCrop } from '../surest-crop.js';

/** One picture as a network receives it. */
export interface ShownInput {
  id: string;
  /** One item; owned by the caller. */
  input: Float32Array;
}

/** Samples of a data set, spread evenly. Rejects if a picture does not load. */
export async function* inputsOfDataset(
  bundle: Bundle,
  dataset: Dataset,
  limit: number,
): AsyncGenerator<ShownInput, void, void> {
  const samples: readonly SampleBase[] = dataset.samples;
  for (const sample of spreadEvenly(samples, limit)) {
    const picture = await sample.load();
    const read = signIn(bundle, sample, picture);
    const input = await networkInput(bundle, dataset.camera, picture, read);
    yield { id: sample.id, input };
  }
}

export interface DriveInputs {
  /** As in a pipeline file. */
  calibration: string;
  /** Every nth frame is shown. */
  every: number;
  limit: number;
  /** Finds the crops that a classifier reads; called only for such a network. */
  detector(): Promise<Bundle>;
}

/**
 * Frames of a drive; for a classifier of crops the surest crop of each frame, skipping frames without one. Throws
 * the source's error if the drive breaks off.
 */
export async function* inputsOfDrive(
  bundle: Bundle,
  drive: string,
  { calibration, every, limit, detector }: DriveInputs,
): AsyncGenerator<ShownInput, void, void> {
  const calibrated = await cameraOf(calibration, drive);
  const readsCrops = wantedClasses(bundle).length > 0;
  const finder = readsCrops ? await detector() : undefined;
  const source = await openSource(drive);
  try {
    const { layout } = source.info;
    if (layout.format !== 'rgb8')
      throw new PerceptionError(
        'ERR_USAGE',
        `${drive}: expected frames of rgb8, found ${layout.format}`,
      );
    const { widthPx, heightPx } = layout;
    const camera = calibrated && scaleCamera(calibrated, widthPx, heightPx);
    const picture: RgbImage = { widthPx, heightPx, data: new Uint8Array(frameBytes(layout)) };
    for (let read = 0, shown = 0; shown < limit; read++) {
      const frame = await nextFrame(source, picture.data);
      if (frame === undefined) break;
      if (read % every !== 0) continue;
      const crop = finder && (await surestCrop(bundle, finder, picture, camera).catch(isNone));
      if (readsCrops && crop === undefined) continue;
      const timeS = Number(frame.sourceTimeNs) / 1e9;
      const input = await networkInput(bundle, camera, picture, crop);
      yield { id: `${timeS.toFixed(2)} s`, input };
      shown++;
    }
  } finally {
    await source.close();
  }
}

function isNone(error: unknown): undefined {
  if (hasErrorCode(error) && error.code === 'ERR_USAGE') return undefined;
  throw error;
}
