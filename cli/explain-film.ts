import { extname } from 'node:path';
import type { Task } from '../src/bundle/manifest.js';
import { guardOutputs } from '../src/files/output-guard.js';
import { PerceptionError } from '../src/frame/perception-error.js';
import { openExplained } from './explained-bundle.js';
import { countsProgress } from './progress-line.js';
import { Terminal } from './terminal.js';

export interface FilmFlags {
  stage: Task;
  film: string;
  width: number;
  every: number;
  calibration: string;
}

/** `windshield explain <drive> --film <file>`: films every frame with its VisualBackProp map. */
export async function explainAsFilm(
  drive: string,
  bundleDir: string,
  { stage, film, width, every, calibration }: FilmFlags,
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
  const { bundle, twinNote } = await openExplained(stage, bundleDir);
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
  const { frames, rateHz, widthPx, heightPx, skipped, explainMs } = report;
  const lost = Object.entries(skipped).map(([reason, count]) => `${count} ${reason}`);
  const left = lost.length === 0 ? '' : `; not in it: ${lost.join(', ')}`;
  terminal.print(
    `${film}: ${frames} frames of ${widthPx}x${heightPx} at ${rateHz.toFixed(1)} fps, visual-backprop, ${explainMs.toFixed(1)} ms a frame${left}`,
  );
  if (twinNote !== undefined) terminal.print(twinNote);
}
