import { extname } from 'node:path';
import { guardOutputs } from '../src/files/output-guard.js';
import { PerceptionError } from '../src/frame/perception-error.js';
import { readBundleFolder } from '../src/inference/read-bundle-folder.js';
import { shippedModelsDir } from './default-pipelines.js';
import { countsProgress } from './progress-line.js';
import { Terminal } from './terminal.js';

export interface FilmFlags {
  film: string;
  width: number;
  every: number;
  calibration: string;
}

/** `windshield explain <drive> --film <file>`: VisualBackProp of every frame. */
export async function explainAsFilm(
  drive: string,
  bundleDir: string,
  { film, width, every, calibration }: FilmFlags,
): Promise<void> {
  const kind = extname(film).slice(1).toLowerCase();
  if (kind !== 'mp4' && kind !== 'gif')
    throw new PerceptionError(
      'ERR_USAGE',
      `--film: expected a file.mp4 or file.gif, found ${film}`,
    );
  guardOutputs(
    [{ option: '--film', path: film, kind: 'film' }],
    [
      { role: 'the drive', path: drive },
      { role: 'the bundle', path: bundleDir },
    ],
  );
  const { filmDrive } = await import('../tools/explain/film/film-drive.js');
  const { floatTwin } = await import('../tools/explain/float-twin.js');
  const asked = await readBundleFolder(bundleDir);
  const bundle = (await floatTwin(asked, bundleDir, shippedModelsDir)) ?? asked;
  const terminal = new Terminal();
  const show = countsProgress(terminal, 'frames');
  const report = await filmDrive(bundle, drive, {
    out: film,
    kind,
    widthPx: width,
    every,
    calibration,
    onProgress: (frames) => show(frames, undefined),
  });
  terminal.clearLive();
  const { frames, rateHz, widthPx, heightPx, explainMs } = report;
  terminal.print(
    `${film}: ${frames} frames of ${widthPx}x${heightPx} at ${rateHz.toFixed(1)} fps, visual-backprop, ${explainMs.toFixed(1)} ms a frame`,
  );
}
