import type { Bundle } from '../../../src/bundle/bundle.js';
import { scaleCamera } from '../../../src/calibration/camera-model.js';
import { cameraOf } from '../../../src/capture/camera-of.js';
import { openSource } from '../../../src/capture/open-source.js';
import { visualBackProp } from '../../../src/explanation/visual-back-prop.js';
import { frameBytes } from '../../../src/frame/frame.js';
import { nextFrame } from '../../../src/frame/frame-source.js';
import { PerceptionError } from '../../../src/frame/perception-error.js';
import { createInputMapping } from '../../../src/preprocess/input-mapping.js';
import { buildRemapTable, preprocessInto } from '../../../src/preprocess/remap-table.js';
import { WatchedConvolutions } from '../watched-convolutions.js';
import { FilmEncoder, type FilmKind } from './film-encoder.js';
import { SaliencyPainter } from './saliency-painter.js';

export interface FilmOptions {
  out: string;
  kind: FilmKind;
  widthPx: number;
  /** Every nth frame of the drive is in the film. */
  every: number;
  /** As in a pipeline file: `recording`, a file, or none. */
  calibration: string;
  onProgress?: (frames: number) => void;
}

export interface FilmReport {
  frames: number;
  rateHz: number;
  widthPx: number;
  heightPx: number;
  /** Frames of the drive that could not be read, by reason. */
  skipped: Readonly<Record<string, number>>;
  /** Mean time per frame, milliseconds: preparing the input, the network, VisualBackProp, painting. */
  explainMs: number;
}

/**
 * Writes a film of a drive with every frame's VisualBackProp map painted over it. Rejects with ERR_USAGE for a
 * network whose convolutions branch and for a drive without frames, with the source's error if the drive breaks off, with
 * ERR_OUTPUT if ffmpeg is missing or the film cannot be written. Then there is no film.
 */
export async function filmDrive(
  bundle: Bundle,
  drive: string,
  { out, kind, widthPx, every, calibration, onProgress }: FilmOptions,
): Promise<FilmReport> {
  const calibrated = await cameraOf(calibration, drive);
  const source = await openSource(drive);
  const watched = WatchedConvolutions.open(bundle);
  let encoder: FilmEncoder | undefined;
  try {
    const { layout, nominalRateHz = 20 } = source.info;
    if (layout.format !== 'rgb8')
      throw new PerceptionError(
        'ERR_USAGE',
        `${drive}: expected frames of rgb8, found ${layout.format}`,
      );
    const camera = calibrated && scaleCamera(calibrated, layout.widthPx, layout.heightPx);
    const { spec } = bundle.manifest.input;
    const table = buildRemapTable(spec, layout, camera);
    const mapping = createInputMapping(spec, layout, camera);
    const painter = new SaliencyPainter(
      layout,
      watched.inputSize,
      Math.min(widthPx, layout.widthPx),
      mapping.inputFromFramePoint,
    );
    const tensor = new Float32Array(3 * spec.widthPx * spec.heightPx);
    const frame = new Uint8Array(frameBytes(layout));
    const rateHz = nominalRateHz / every;
    encoder = new FilmEncoder(out, kind, painter, rateHz);
    let [frames, spentMs] = [0, 0];
    for (let read = 0; ; read++) {
      if ((await nextFrame(source, frame)) === undefined) break;
      if (read % every !== 0) continue;
      const start = performance.now();
      preprocessInto(table, frame, tensor);
      const pixels = painter.paint(
        frame,
        visualBackProp(watched.layers(tensor), watched.inputSize),
      );
      spentMs += performance.now() - start;
      await encoder.add(pixels);
      frames++;
      onProgress?.(frames);
    }
    if (frames === 0)
      throw new PerceptionError('ERR_USAGE', `${drive}: expected frames, found none`);
    await encoder.close();
    const { widthPx: width, heightPx } = painter;
    const skipped = { ...source.skipped };
    return { frames, rateHz, widthPx: width, heightPx, skipped, explainMs: spentMs / frames };
  } catch (error) {
    await encoder?.abort();
    throw error;
  } finally {
    watched.release();
    await source.close();
  }
}
